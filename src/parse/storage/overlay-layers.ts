// The layers of an overlay in the options of its super block: Documentation/filesystems/overlayfs.rst of the kernel.

export interface OverlayLayer {
  readonly kind: 'lower' | 'upper' | 'work';
  /** As it was given to mount(2): seen from where that was called. */
  readonly path: string;
}

const kinds: Readonly<Record<string, OverlayLayer['kind']>> = {
  lowerdir: 'lower',
  'lowerdir+': 'lower',
  datadir: 'lower',
  'datadir+': 'lower',
  upperdir: 'upper',
  workdir: 'work',
};

/**
 * @param options - of the super block, one by one
 * @returns paths that began nowhere are put below the directory that the upper one suggests, as docker means them
 */
export function parseOverlayLayers(options: readonly string[]): OverlayLayer[] {
  const layers = options.flatMap((option): OverlayLayer[] => {
    const [, name = '', value = ''] = /^([a-z+]+)=(.*)$/s.exec(option) ?? [];
    const kind = kinds[name];
    if (kind === undefined) return [];
    // Two colons begin layers of data alone.
    const paths = name === 'lowerdir' ? splitLower(value) : [readEscapes(value)];
    return paths.filter((path) => path !== '').map((path) => ({ kind, path }));
  });
  const upper = layers.find(({ kind, path }) => kind === 'upper' && path.startsWith('/'))?.path;
  const base = upper?.replace(/\/[^/]+\/[^/]+\/*$/, '') ?? '';
  return layers.map((layer) =>
    layer.path.startsWith('/') || upper === undefined ? layer : { ...layer, path: `${base}/${layer.path}` },
  );
}

/** A colon in a name has a backslash in front of it. */
function splitLower(value: string): string[] {
  return (value.match(/(?:\\.|[^\\:])+/gs) ?? []).map(readEscapes);
}

function readEscapes(path: string): string {
  return path.replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
    /^[0-7]{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
}
