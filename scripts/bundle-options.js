// What all bundles of nscope have in common.

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
export const bundleOptions = {
  bundle: true,
  format: 'esm',
  target: 'node20.19',
  // Names stay, and lines end: a stack that a user reports must be readable, and Node prints the line that threw.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};
