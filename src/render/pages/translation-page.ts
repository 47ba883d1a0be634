// The path of a file in another mount namespace, or why there is none, in sentences.
import { listLayers, type Translation } from '../../analysis/mounts/translate-path.ts';
import type { Mount } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';

/** Of many mounts no more are named. */
const maxNamed = 5;

/** @param to - how the other mount namespace is called */
export function describeTranslation(path: string, found: Translation, to: string): string[] {
  const { mount, place, paths, covered, outside } = found;
  const [first, ...others] = paths;
  if (first) {
    const also = others.slice(0, maxNamed).map((one) => escapeText(one.path));
    const rest = others.length - also.length;
    return also.length > 0 ? [`also at ${also.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`] : [];
  }
  const name = escapeText(path);
  if (covered.length > 0)
    return covered
      .slice(0, maxNamed)
      .map(
        (one) =>
          `no path leads to ${name} in ${to}: it would be ${escapeText(one.path)}, which ${one.coveredBy ? describeMount(one.coveredBy) : 'another mount'} covers`,
      );
  const layers = listLayers(mount).map((layer) => `its layers, as who mounted it saw them: ${escapeText(layer)}`);
  if (outside.length === 0)
    return [`no path leads to ${name} in ${to}: ${describeMount(mount)} is not mounted there`, ...layers];
  const roots = [...new Set(outside.map(({ root, mountPoint }) => `${escapeText(root)} on ${escapeText(mountPoint)}`))];
  const rest = roots.length - maxNamed;
  return [
    `no path leads to ${name} in ${to}: of ${describeMount(mount)}, where it is ${escapeText(place.path)}, only other parts are mounted there: ${roots.slice(0, maxNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    ...layers,
  ];
}

function describeMount({ fsType, source, device, mountPoint }: Mount): string {
  const named = source === '' || source === 'none' || source === fsType ? '' : ` ${escapeText(source)}`;
  return `${escapeText(fsType)}${named} (${device}) on ${escapeText(mountPoint)}`;
}
