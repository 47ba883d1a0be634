// The addon, for wrappers that have nothing to offer without it.
import { type Addon, loadAddon } from './addon.ts';
import { AddonMissingError } from './addon-missing-error.ts';

/** @throws AddonMissingError where the addon cannot be loaded */
export function requireAddon(): Addon {
  const result = loadAddon();
  if ('missing' in result) throw new AddonMissingError(result.missing);
  return result.addon;
}
