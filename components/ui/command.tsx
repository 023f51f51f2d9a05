import { CopyButton } from './copy-button.tsx';

/** A text for a terminal or a file, in full, with a button that copies it. */
export function Command({
  children,
  label,
  copyLabel = 'Copy',
}: {
  children: string;
  label?: string;
  copyLabel?: string;
}) {
  return (
    <figure
      aria-label={label}
      className="flex items-start gap-2 rounded-md border border-line bg-sunken py-1.5 pr-1.5 pl-3.5"
    >
      <pre className="min-w-0 flex-1 py-1 leading-5 wrap-anywhere whitespace-pre-wrap">
        <code className="text-sm">{children}</code>
      </pre>
      <CopyButton text={children} label={copyLabel} />
    </figure>
  );
}
