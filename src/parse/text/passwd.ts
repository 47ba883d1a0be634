// The password database: passwd(5).

/** Names by uid; of two lines with one uid the first stands. Lines that are no entries (NIS, comments) are passed over. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name && uid && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

/** Primary groups by uid, in the same way. */
export function parsePrimaryGroups(text: string): Map<number, number> {
  const groups = new Map<number, number>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && isNumber(uid) && isNumber(gid) && !groups.has(Number(uid))) groups.set(Number(uid), Number(gid));
  }
  return groups;
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text);
}
