import { z } from 'zod';
import { InvariantError } from '../errors.ts';

/**
 * Reads a program's settings from `environment`; an empty variable counts as unset.
 * Throws one InvariantError that names every setting in trouble.
 */
export function parseSettings<Shape extends z.ZodRawShape>(
  settings: z.ZodObject<Shape>,
  environment: NodeJS.ProcessEnv,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;

  const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new InvariantError(`These settings need mending:\n${problems.join('\n')}`);
}

/** The lines of an `.env.example` for `settings`: what each is for, and its default. */
export function settingsExample(title: string, settings: z.ZodObject): string {
  const lines = Object.entries(settings.shape).map(([name, field]) => {
    const given = (field as z.ZodType).safeParse(undefined);
    const preset = given.success && given.data !== undefined ? given.data : '';
    return `# ${z.globalRegistry.get(field as z.ZodType)?.description ?? ''}\n${name}=${preset}`;
  });
  return `## ${title}\n\n${lines.join('\n\n')}\n`;
}
