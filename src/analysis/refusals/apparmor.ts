// AppArmor: it may forbid user namespaces to programs without a profile that allows them, or let them be made and take
// the capabilities away in them.
import type { RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type Gate, isCapable, makesUser, type Ruling } from './gate.ts';

/** The profile that Ubuntu puts who makes a user namespace into. */
const restricted = 'unprivileged_userns';

export const apparmor: Gate = {
  name: 'apparmor',
  source: 'security/apparmor/lsm.c apparmor_userns_create(), apparmor_capable(), apparmor_sb_mount()',
  judge(evidence) {
    const { caller, refused, settings } = evidence;
    if (!settings.apparmor || (refused.errno !== 'EACCES' && refused.errno !== 'EPERM')) return undefined;
    const label = isKnown(caller.label) ? caller.label : undefined;
    const [profile = '', mode] = label?.split(/ (?=\([a-z]+\)$)/) ?? [];
    if (profile.split('//').includes(restricted))
      return rule(
        evidence,
        true,
        [`its profile is ${label}`],
        `AppArmor let it make a user namespace, put it into the profile ${restricted}, and refuses capabilities in it`,
      );
    const confines = mode === '(enforce)' ? profile : undefined;
    if (makesUser(evidence)) return judgeUser(evidence, label, confines);
    // Of a confined program any call may be refused: mounts, capabilities, signals.
    if (confines === undefined || (refused.errno === 'EPERM' && !isCapable(evidence, 'CAP_SYS_ADMIN')))
      return undefined;
    const seen = [`its profile is ${label}`];
    return rule(
      evidence,
      false,
      seen,
      `the profile may not allow ${refused.call}; the kernel log says so with apparmor="DENIED"`,
      `allow it in the profile ${confines}, by a rule for what the kernel log says was denied`,
    );
  },
};

/** @param confines - the profile that it is in, where that refuses what it does not allow */
function judgeUser(
  evidence: RefusalEvidence,
  label: string | undefined,
  confines: string | undefined,
): Ruling | undefined {
  const { refused, settings } = evidence;
  const isRestricted = settings.apparmorRestrict === 1 && !isCapable(evidence, 'CAP_SYS_ADMIN');
  if (!isRestricted && confines === undefined) return undefined;
  const seen = [
    ...(isKnown(settings.apparmorRestrict)
      ? [`kernel.apparmor_restrict_unprivileged_userns is ${settings.apparmorRestrict}`]
      : []),
    `its profile is ${label ?? 'not known'}`,
  ];
  // The kernel itself never answers EACCES here, and AppArmor does.
  const closed = refused.errno === 'EACCES' && settings.selinux !== 'enforcing';
  if (confines === undefined)
    return rule(
      evidence,
      closed,
      seen,
      'AppArmor allows user namespaces only to programs whose profile has the rule userns',
    );
  const meaning = `the profile ${confines}, which confines it, has no rule userns`;
  return rule(evidence, closed, seen, meaning, `add the rule "userns," to the profile ${confines}`);
}

const usualFix =
  'give that program alone a profile that allows it, such as: profile NAME /PATH/OF/PROGRAM flags=(unconfined) { userns, }';

function rule(
  { settings }: RefusalEvidence,
  closed: boolean,
  evidence: readonly string[],
  meaning: string,
  how = usualFix,
): Ruling {
  const all =
    settings.apparmorRestrict === 1
      ? '; for all programs, which is wider: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
      : '';
  return {
    closed,
    evidence,
    meaning,
    fix: {
      how: `${how}${all}`,
      command: 'apparmor_parser -r /etc/apparmor.d/NAME',
    },
  };
}
