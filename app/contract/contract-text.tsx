/** The words of a contract; a paragraph that begins with a number has its heading on its first line. */
export function ContractText({ body }: { body: string }) {
  const [, ...paragraphs] = body.trim().split(/\n{2,}/);
  return (
    <div className="grid gap-6 leading-6">
      {paragraphs.map((paragraph) => (
        <Paragraph key={paragraph} text={paragraph} />
      ))}
    </div>
  );
}

function Paragraph({ text }: { text: string }) {
  const [first = '', ...rest] = text.split('\n');
  if (!/^\d+\. /.test(first)) return <p className="text-ink-soft">{text}</p>;
  return (
    <section>
      <h2 className="font-medium">{first}</h2>
      <p className="mt-1 text-ink-soft">{rest.join(' ')}</p>
    </section>
  );
}
