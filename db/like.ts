/** The pattern of `like` that finds `text` anywhere, taken literally; NUL is in no text of ours. */
export function containing(text: string): string {
  return `%${text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%`;
}
