// /etc/subuid and /etc/subgid, which ids each user may give to containers: subuid(5), subgid(5).

export interface IdRange {
  readonly start: number;
  readonly count: number;
}

export interface NamedRange {
  /** The user, by name or number, as the line has it. */
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

/** All lines that give a range, in their order; others give none, as in shadow's own reading. */
export function parseSubordinateTable(text: string): NamedRange[] {
  return text.split('\n').flatMap((line) => {
    const [, name, first = '', count = ''] = /^([^:#][^:]*):(\d{1,10}):(\d{1,10})$/.exec(line.trim()) ?? [];
    return name === undefined ? [] : [{ name, first: Number(first), count: Number(count) }];
  });
}

/**
 * The ranges that a file gives to a user, in the order of its lines.
 * @param name - of the user, where there is one. A line that names somebody else is never taken, whatever number a name reads
 *   as: only all digits are a number.
 */
export function parseSubordinateIds(text: string, uid: number, name: string | undefined): IdRange[] {
  return parseSubordinateTable(text).flatMap((range) => {
    const isOurs = range.name === name || (/^\d+$/.test(range.name) && Number(range.name) === uid);
    return isOurs ? [{ start: range.first, count: range.count }] : [];
  });
}
