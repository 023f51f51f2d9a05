import { join } from 'node:path';
import { readImageManifest } from '#lib/config/images';
import { webConfig } from '#lib/config/web';
import { fileResponse } from '#lib/web/file-response';

/** An image of the manifest, for agents and for install.sh; no other file of that folder. */
export async function GET(request: Request, { params }: RouteContext<'/images/[file]'>): Promise<Response> {
  const { file } = await params;
  const { IMAGES_FOLDER } = webConfig();
  const { agent, environment } = await readImageManifest(IMAGES_FOLDER);
  const image = [...Object.values(agent), ...Object.values(environment)].find((known) => known.file === file);
  if (!image) return new Response('There is no such image here.\n', { status: 404 });
  return fileResponse(request, { path: join(IMAGES_FOLDER, image.file), sha256: image.sha256 });
}
