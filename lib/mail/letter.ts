/** A plain letter, not yet addressed. */
export type Letter = { subject: string; body: string };

/** A letter of the broker at `publicUrl`. No letter says its reader's name, which a stranger may have typed. */
export function letter(publicUrl: string, subject: string, paragraphs: string[]): Letter {
  return { subject, body: ['Hello,', ...paragraphs, `— the broker at ${publicUrl}`].join('\n\n') };
}
