/** A small turning wheel; decoration only, so say in words what is being waited for. */
export function Spinner({ className = '' }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`size-4 animate-spin rounded-full border-2 border-current border-r-transparent ${className}`}
    />
  );
}
