/** One measured number, beside what it is compared with and what the issue asks of it. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  comparedWith: string;
  /** How many times the compared value this one is. */
  ratio?: number;
  target: Target;
};

/** What the issue asks of a figure; null for one that only explains another. */
export type Target = { most: number } | { least: number } | null;

/** Whether a figure falls short of what the issue asks. */
export function fallsShort({ value, target }: Figure): boolean {
  if (!target) return false;
  return 'most' in target ? value > target.most : value < target.least;
}
