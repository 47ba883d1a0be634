// How long ago something was, in a few words.

/** @param ms - of the age; what lies in the future is as new as can be */
export function describeAge(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const [size, name] = units.find(([size]) => ms >= size * 2) ?? [1000, 's'];
  return `${Math.max(0, Math.floor(ms / size))} ${name}`;
}
