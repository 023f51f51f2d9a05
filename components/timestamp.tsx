'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};
const two = (value: number) => String(value).padStart(2, '0');

type Props = { at: Date | string; part?: 'date' | 'minute' | 'second' | 'clock' | 'time' };

/** An instant on the reader's own clock, with UTC in its title. Always of one width, so nothing moves. */
export function Timestamp({ at, part = 'minute' }: Props) {
  const instant = new Date(at);
  const local = useSyncExternalStore(
    never,
    () => format(instant, instant.getTimezoneOffset(), part),
    () => format(instant, 0, part),
  );
  return (
    <time
      dateTime={instant.toISOString()}
      title={`${format(instant, 0, 'second')} UTC`}
      className="figure whitespace-nowrap"
    >
      {local}
    </time>
  );
}

/** By which clock the instants on a page are told: `UTC`, `UTC+2`, `UTC−3:30`. */
export function ClockZone() {
  return useSyncExternalStore(
    never,
    () => zoneOf(-new Date().getTimezoneOffset()),
    () => zoneOf(0),
  );
}

function zoneOf(minutesAhead: number): string {
  if (minutesAhead === 0) return 'UTC';
  const [hours, minutes] = [Math.floor(Math.abs(minutesAhead) / 60), Math.abs(minutesAhead) % 60];
  return `UTC${minutesAhead > 0 ? '+' : '−'}${hours}${minutes ? `:${two(minutes)}` : ''}`;
}

function format(instant: Date, offsetMinutes: number, part: Props['part']): string {
  const shifted = new Date(instant.getTime() - offsetMinutes * 60_000);
  const date = shifted.toISOString().slice(0, 10);
  const minute = `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`;
  const second = `${minute}:${two(shifted.getUTCSeconds())}`;
  return { date, minute: `${date} ${minute}`, second: `${date} ${second}`, clock: minute, time: second }[
    part ?? 'minute'
  ];
}
