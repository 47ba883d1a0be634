// The failure of what the addon alone can do, where there is none.

/** Raised where the addon is needed and cannot be loaded. */
export class AddonMissingError extends Error {
  override readonly name = 'AddonMissingError';
  readonly code = 'NSCOPE_ADDON_MISSING';
  /** Of a command that ends with it. */
  readonly exitStatus = 2;
}
