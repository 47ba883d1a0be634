// The files that nscope brings and `nscope help` prints: where it is one executable, nobody finds them in a directory.

/** A word after help, and the files that it prints, by their paths in the package. */
export const ownFiles: ReadonlyMap<string, readonly string[]> = new Map([
  ['licences', ['LICENSE', 'dist/LICENSES.txt']],
  ['page', ['man/nscope.1']],
  ['schema', ['dist/snapshot.schema.json']],
  // What an executable is made of, as CycloneDX.
  ['sbom', ['nscope.cdx.json']],
]);

/** What help prints besides the help of verbs: for hints and completion. */
export const fileTopics: readonly string[] = [...ownFiles.keys()];
