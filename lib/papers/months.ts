/** A month of the calendar by its first day, in UTC: `2026-11-01`. */
export type Month = string;

/** The month that an instant is in. */
export function monthOf(at: Date): Month {
  return `${at.toISOString().slice(0, 7)}-01`;
}

/** The month after. */
export function nextMonth(month: Month): Month {
  const begin = beginOf(month);
  return monthOf(new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1)));
}

/** The first instant of a month. */
export function beginOf(month: Month): Date {
  return new Date(`${month}T00:00:00.000Z`);
}

/** The first instant after a month. */
export function endOf(month: Month): Date {
  return beginOf(nextMonth(month));
}

/** The last day of a month: `2026-11-30`. */
export function lastDayOf(month: Month): string {
  return new Date(endOf(month).getTime() - 1).toISOString().slice(0, 10);
}

/** A month as people say it: `November 2026`. */
export function tellMonth(month: Month): string {
  return beginOf(month).toLocaleString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
}
