// The bill of materials of an executable, as CycloneDX: the runtime with what it is linked of, and the bundled packages.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { listBundled } from '../licences.js';
import { runtimes, runtimeVersion } from './runtimes.js';

/** What the runtime names among its versions and which is not a part of it: the interfaces that it stands for, and itself. */
const notParts = new Set(['node', 'bun', 'v8', 'uv', 'napi', 'modules', 'openssl', 'unicode', 'typescript']);
/** Under the LGPL: whoever has the executable may want to exchange them. The rest is told by the text of licences. */
const licencesOfParts = { webkit: 'LGPL-2.0-or-later', tinycc: 'LGPL-2.1-or-later' };

/**
 * @param {keyof typeof runtimes} platform
 * @param {string} compiler - the runtime of this machine: what its release is made of is the same for each platform
 * @param {import('esbuild').Metafile[]} metafiles - of all JavaScript
 * @returns {string} the JSON, the same for the same inputs
 */
export function writeBillOfMaterials(platform, compiler, metafiles) {
  const own = readManifest('.');
  const nscope = new Models.Component(Enums.ComponentType.Application, own.name, {
    version: own.version,
    bomRef: 'nscope',
    licenses: licence(own.license),
  });
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: nscope }) });
  const { name, integrity } = runtimes[platform];
  const sum = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const runtime = new Models.Component(Enums.ComponentType.Platform, 'bun', {
    version: runtimeVersion,
    bomRef: 'runtime',
    description: `the JavaScript runtime, from the package ${name}`,
    licenses: licence('MIT'),
    purl: `pkg:npm/${name.replace('@', '%40')}@${runtimeVersion}`,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], sum]]),
  });
  for (const [part, version] of Object.entries(readVersions(compiler)).sort())
    if (!notParts.has(part))
      runtime.components.add(
        new Models.Component(Enums.ComponentType.Library, part, {
          version,
          bomRef: `runtime/${part}`,
          licenses: licence(licencesOfParts[part]),
        }),
      );
  bom.components.add(runtime);
  nscope.dependencies.add(runtime.bomRef);
  for (const directory of listBundled(metafiles)) {
    const { name: of, version, license } = readManifest(directory);
    const purl = `pkg:npm/${of.replace('@', '%40')}@${version}`;
    const options = { version, purl, bomRef: purl, licenses: licence(license) };
    const bundled = new Models.Component(Enums.ComponentType.Library, of, options);
    bom.components.add(bundled);
    nscope.dependencies.add(bundled.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function licence(id) {
  return new Models.LicenseRepository(id === undefined ? [] : [new Models.SpdxLicense(id)]);
}

function readManifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

function readVersions(compiler) {
  const { stdout } = spawnSync(compiler, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' });
  return JSON.parse(stdout);
}
