// Which ids may each user give to his containers? /etc/subuid: subuid(5).

export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/**
 * The ranges of a user, who stands there by name or by number. Lines that are no entries are passed over.
 * @param name - undefined where the user has none
 */
export function parseSubordinateIds(text: string, uid: number, name: string | undefined): IdRange[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([^:]+):(\d+):(\d+)$/.exec(line.trim());
    if (!match || (match[1] !== String(uid) && match[1] !== name)) return [];
    return [{ first: Number(match[2]), count: Number(match[3]) }];
  });
}
