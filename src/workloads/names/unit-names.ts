// How systemd writes names into cgroups: systemd.unit(5), "String Escaping for Inclusion in Unit Names".

/** "n\x2d1" is n-1; `-` stands for a slash, which no name of a machine or program has. */
export function unescapeUnit(text: string): string {
  const bytes = text
    .replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => `%${digits}`)
    .replace(/%(?![0-9a-f]{2})/g, '%25');
  try {
    return decodeURIComponent(bytes);
  } catch {
    return text;
  }
}
