const form = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text from outside has the form of our ids; the database would choke on any other. */
export function isId(text: string): boolean {
  return form.test(text);
}
