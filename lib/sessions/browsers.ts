const browsers = { Edge: /Edg\//, Opera: /OPR\//, Firefox: /Firefox\//, Chrome: /Chrom(e|ium)\//, Safari: /Safari\// };
const systems = { Android: /Android/, iOS: /iPhone|iPad/, Windows: /Windows/, macOS: /Mac OS X/, Linux: /Linux|X11/ };

/** A browser's User-Agent in the words of its owner: `Firefox on Linux`. */
export function describeBrowser(userAgent: string): string {
  const named = (names: Record<string, RegExp>) =>
    Object.entries(names).find(([, pattern]) => pattern.test(userAgent))?.[0];
  const system = named(systems);
  return `${named(browsers) ?? 'Unknown browser'}${system ? ` on ${system}` : ''}`;
}
