// The version that a snapshot carries, apart from the schema so that writing one needs no schema library.

/** What a snapshot carries in `schema`. A change that readers must know of raises the number. */
export const snapshotVersion = 'nscope.snapshot/1';
