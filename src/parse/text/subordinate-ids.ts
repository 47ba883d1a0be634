// /etc/subuid and /etc/subgid, which ids each user may give to containers: subuid(5), subgid(5).

export interface IdRange {
  readonly start: number;
  readonly count: number;
}

/**
 * The ranges that a file gives to a user, in the order of its lines.
 * @param name - of the user, where there is one. A line that names somebody else is never taken, whatever number a name reads
 *   as: only all digits are a number.
 */
export function parseSubordinateIds(text: string, uid: number, name: string | undefined): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [, who, start = '', count = ''] = /^([^:#][^:]*):(\d{1,10}):(\d{1,10})$/.exec(line.trim()) ?? [];
    const isOurs = who !== undefined && (who === name || (/^\d+$/.test(who) && Number(who) === uid));
    return isOurs ? [{ start: Number(start), count: Number(count) }] : [];
  });
}
