/** One measured number, beside what it is compared with and what the issue asks of it. */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  comparedWith: string;
  ratio?: number;
  target: string;
};
