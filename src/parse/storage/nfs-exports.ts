// Lists of exported directories: /proc/net/rpc/nfsd.export/content of the kernel, and the table of exportfs(8).

export interface NfsExport {
  readonly path: string;
  /** To whom, as exportfs writes it: `*`, `10.0.0.0/24`. */
  readonly client: string;
}

/** Each line has a path, and then "client(options)", of exportfs several; others are comments, or of no account any more. */
export function parseNfsExports(text: string): NfsExport[] {
  return text.split('\n').flatMap((line) => {
    const [path = '', ...clients] = line.split(/\s+/);
    if (!path.startsWith('/')) return [];
    return clients.flatMap((one) => {
      const [, client] = /^([^(]+)\(/.exec(one) ?? [];
      return client === undefined ? [] : [{ path: readEscapes(path), client: readEscapes(client) }];
    });
  });
}

/** As exportfs(8) takes it, which cuts at the first colon: addresses of IPv6 have brackets. */
export function nameExport({ path, client }: NfsExport): string {
  return `${client.includes(':') ? `[${client}]` : client}:${path}`;
}

/** Both write spaces and the like in octal. */
function readEscapes(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
