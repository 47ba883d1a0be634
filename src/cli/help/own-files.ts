// The files that nscope brings and `nscope help` prints: where it is one executable, nobody finds them in a directory.

/** A word after help, and the file that it prints, by its path in the package. */
export const ownFiles: ReadonlyMap<string, { readonly file: string; readonly meaning: string }> = new Map([
  ['licences', { file: 'dist/LICENSES.txt', meaning: 'the licences of nscope and of all that is in it' }],
  ['page', { file: 'man/nscope.1', meaning: 'the manual page, for man(1)' }],
  ['schema', { file: 'dist/snapshot.schema.json', meaning: 'the JSON Schema of a snapshot' }],
  ['sbom', { file: 'nscope.cdx.json', meaning: 'what the executable is made of (CycloneDX)' }],
]);

/** What help prints besides the help of verbs: for hints and completion. */
export const fileTopics: readonly string[] = [...ownFiles.keys()];
