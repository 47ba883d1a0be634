// What `nscope net` is asked to search for: --port, --link, --address, --mac.
import { parseAddressRange, parseMac } from '../../analysis/wiring/addresses.ts';
import type { NetSearch } from '../../analysis/wiring/net-rows.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';

/**
 * @returns undefined where nothing is searched for
 * @throws UsageError naming what is malformed, and for several at once
 */
export function readNetSearch(options: OptionValues): NetSearch | undefined {
  const given = searches.filter((name) => options[name] !== undefined);
  const [name, second] = given;
  if (name === undefined) return undefined;
  if (second !== undefined) throw new UsageError(`--${name} and --${second} are two searches: give one of them`);
  const word = options[name] ?? '';
  if (name === 'port') return readPort(word);
  if (name === 'link') return readLink(word);
  if (name === 'mac') return readMac(word);
  const range = parseAddressRange(word);
  if (!range)
    throw new UsageError(`--address: "${word}" is not an IP address or network; as 10.0.0.7, 10.0.0.0/24, fd00::7`);
  return { by: 'address', range };
}

const searches = ['port', 'link', 'address', 'mac'] as const;

function readPort(word: string): NetSearch {
  const [, number, protocol] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(word) ?? [];
  const port = Number(number);
  if (number === undefined || port < 1 || port > 65_535)
    throw new UsageError(`--port: "${word}" is not a port; as 53, 53/udp, up to 65535`);
  return { by: 'port', port, protocol: protocol === 'tcp' || protocol === 'udp' ? protocol : undefined };
}

/** dev_valid_name() of net/core/dev.c; alternative names may have 127 bytes. */
function readLink(word: string): NetSearch {
  if (word === '' || /[\s/]/.test(word)) throw new UsageError(`--link: "${word}" is not a name that a link can have`);
  return { by: 'link', name: word };
}

function readMac(word: string): NetSearch {
  const mac = parseMac(word);
  if (mac === undefined) throw new UsageError(`--mac: "${word}" is not a MAC; as 02:42:ac:11:00:02`);
  return { by: 'mac', mac };
}
