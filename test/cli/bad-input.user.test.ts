// A hundred wrong command lines: each is answered by one sentence, with what may have been meant where something is near.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../tiers.ts';
import { type Outcome, runInTurn } from './run-nscope.ts';

/** The exit status, what the sentence says, and the words. */
type Case = readonly [status: 1 | 2, says: RegExp, ...words: readonly string[]];

const missingPid = '4194303';
const veryLong = 'x'.repeat(5000);

const verbCases: readonly Case[] = [
  [2, /^"shwo" is neither a verb nor the name of anything here; did you mean the verb show( or .*)?\?$/, 'shwo'],
  [2, /^"hodlers" is neither a verb .*did you mean the verb holders( or .*)?\?$/, 'hodlers', 'net:blue'],
  [2, /^"zqzqzqzq" is neither a verb nor the name of anything here; nscope help lists the verbs$/, 'zqzqzqzq'],
  [2, /^there is no verb "lss"; did you mean ls\?$/, 'lss', '--type', 'net'],
  [2, /^there is no verb "812"; did you mean nscope ps 812\?$/, '812', 'ps'],
  [2, /^there is no verb "uts"; did you mean nscope ls --type uts\?$/, 'uts'],
  [2, /did you mean nscope ls\?$/, 'list'],
  [2, /did you mean nscope ls\?$/, 'list', '--json'],
  [2, /did you mean nscope ls\?$/, 'lsns'],
  [2, /did you mean nscope enter\?$/, 'exec', '812', 'sh'],
  [2, /did you mean nscope enter\?$/, 'nsenter', '-t', '812'],
  [2, /did you mean nscope show\?$/, 'inspect', '812'],
  [2, /did you mean nscope show\?$/, 'info'],
  [2, /did you mean nscope show\?$/, 'stat', '812'],
  [2, /did you mean nscope run\?$/, 'create'],
  [2, /did you mean nscope run\?$/, 'unshare', '-n'],
  [2, /did you mean nscope holders\?$/, 'rm', 'net:blue'],
  [2, /did you mean nscope workloads\?$/, 'containers'],
  [2, /did you mean nscope --version\?$/, 'version'],
  [2, /did you mean -V\?$/, '-v'],
  [2, /did you mean --version\?$/, '--verison'],
  [2, /^a target is empty$/, ''],
  [2, /^there is no verb "nope"; there are: /, 'help', 'nope'],
  [
    2,
    /^help: too many arguments: "nope"; it takes one VERB, or target, licences, page, schema, sbom$/,
    'help',
    'ls',
    'nope',
  ],
  [2, /did you mean enter\?$/, 'help', 'exec'],
];

const optionCases: readonly Case[] = [
  [2, /^unknown option '-x'; /, '-x'],
  [2, /^unknown option '--typ'; did you mean --type\?$/, 'ls', '--typ', 'net'],
  [2, /^unknown option '--nope'; nscope help ls lists /, 'ls', '--nope'],
  [2, /^--json takes no value, and "yes" was given$/, 'ls', '--json=yes'],
  [2, /the value is missing$/, 'ls', '--type'],
  [2, /^--type names nothing: ""$/, 'ls', '--type='],
  [2, /^--type names nothing: ","$/, 'ls', '--type', ','],
  [2, /^--type "net,,mnt": a word is missing between commas; did you mean net,mnt\?$/, 'ls', '-t', 'net,,mnt'],
  [2, /a word is missing between commas; did you mean net\?$/, 'ls', '-t', 'net,'],
  [2, /^there is no namespace type "nett"; did you mean net\?$/, 'ls', '-t', 'nett'],
  [2, /^there is no namespace type "network"; did you mean net\?$/, 'ls', '-t', 'network'],
  [2, /^there is no namespace type "all"; there are: cgroup, /, 'ls', '-t', 'all'],
  [2, /^there is no namespace type "NET"; did you mean net\?$/, 'watch', '-t', 'NET'],
  [2, /did you mean owner\?$/, 'ls', '--tree=own'],
  [2, /there are: owner, parent, process$/, 'ls', '--tree='],
  [2, /^there is no column "inod"; did you mean inode\?$/, 'ls', '-o', 'inod'],
  [2, /^there is no column "nope"; there are: type, /, 'ls', '-o', '+nope'],
  [2, /did you mean type,inode\?$/, 'ls', '-o', 'type,,inode'],
  [2, /^there is no column "nope"; there are: pid, /, 'ps', '--sort', 'nope'],
  [2, /did you mean pid,inode\?$/, 'ls', '--sort', 'pid,,inode'],
  [2, /^--filter: /, 'ls', '--filter', ''],
  [2, /^--filter: .*did you mean processes\?/, 'ls', '--filter', 'proceses > 1'],
  [2, /^--filter: /, 'ps', '--filter', 'size('],
  [2, /^cannot read \/nope: ENOENT$/, 'ls', '--from', '/nope'],
  [2, /^cannot read \/: EISDIR$/, 'ls', '--from', '/'],
  [2, /^cannot read the file "": ENOENT$/, 'ls', '--from', ''],
  [2, /^\/etc\/passwd is not JSON: /, 'ls', '--from', '/etc/passwd'],
  [2, /did you mean mounts\?$/, 'groups', '--by', 'mount'],
  [2, /^--map-user takes UID or UID:GID, and "x" was given$/, 'run', '--map-user', 'x', 'true'],
  [2, /^--monotonic takes a whole number of seconds, and "1s" was given$/, 'run', '--monotonic', '1s', 'true'],
  [2, /^run makes namespaces: name one type or more/, 'run', 'true'],
  [2, /^--propagation cannot be "x"; there are: /, 'run', '-m', '--propagation', 'x', 'true'],
  [2, /^there is no namespace type "x"; /, 'enter', 'self', '--type', 'x', '--', 'true'],
  [2, /^--root cannot be "x"; there are: /, 'enter', 'self', '--root', 'x', '--', 'true'],
  [
    2,
    /^there is no capability CAP_SYS_ADMN; did you mean CAP_SYS_ADMIN\?$/,
    'caps',
    'self',
    'self',
    '--cap',
    'sys_admn',
  ],
];

const targetCases: readonly Case[] = [
  [1, /^nothing is called "zqzqzqzq" here/, 'show', 'zqzqzqzq'],
  [1, /^nothing is called "zqzqzqzq" here/, 'ps', 'zqzqzqzq'],
  [1, /did you mean nscope help ls\?$/, 'ls', 'help'],
  [1, /^no net namespace is called "zqzqzqzq" here$/, 'holders', 'net:zqzqzqzq'],
  [1, /^docker:zqzqzqzq: no workload of docker /, 'show', 'docker:zqzqzqzq'],
  [1, /^there is no process 4194303 here$/, missingPid],
  [1, /^there is no process 4194303 here$/, 'tree', missingPid],
  [1, /^there is no process 4194303 here$/, 'compare', missingPid],
  [1, /^there is no process 4194303 here$/, `net:${missingPid}`],
  [1, /^there is no process 4194303 here$/, 'enter', missingPid, '--', 'true'],
  [2, /^there is no process 4194303 here/, 'detect', missingPid],
  [2, /^there is no process 4194303 here$/, 'caps', missingPid, 'self'],
  [1, /^net:\[1\]: no such namespace is known here$/, 'ls', 'net:[1]'],
  [1, /^id:99999999: no namespace with this id is known here$/, 'id:99999999'],
  [1, /^nsid:2147483647: /, 'nsid:2147483647'],
  [1, /^\/nope is not there \(ENOENT\)$/, '/nope'],
  [1, /did you mean \/proc\/self\/ns\/net\?$/, '/proc/self/ns/nett'],
  [2, /^\/etc\/passwd does not lead to a namespace/, '/etc/passwd'],
  [2, /^0 is neither a PID /, '0'],
  [2, /a 64-bit id is written id:99999999999$/, '99999999999'],
  [2, /^"net:\[": an inode number was expected/, 'net:['],
  [2, /^"net:": a name or \[inode\] was expected after net:$/, 'show', 'net:'],
  [2, /^there is no namespace type or engine "nett"; did you mean net\?$/, 'nett:blue'],
  [2, /^there is no namespace type or engine "network"; did you mean net\?$/, 'ls', 'network:blue'],
  [2, /^"docker:": the name of a workload was expected after docker:$/, 'docker:'],
  [2, /64-bit id was expected, in decimal$/, 'id:x'],
  [2, /counts in one listing alone/, '~#1'],
  [2, /^show: missing argument TARGET$/, 'show'],
  [2, /^ls: too many arguments: "2"; it takes TARGET$/, 'ls', '1', '2'],
  [2, /^"net" is a type: nscope ls --type net$/, 'ls', 'net'],
  [2, /^"web" is not a PID$/, 'pid', 'web'],
  [2, /^"0" is not a PID$/, 'pid', '0'],
  [2, /^diff: missing argument B$/, 'diff', 'self'],
  [2, /^diff compares two snapshots or two processes: net:self is a namespace$/, 'diff', 'self', 'net:self'],
  [2, /^compare takes a process, and net:self is a namespace$/, 'compare', 'net:self'],
  [2, /^enter: missing argument TARGET/, 'enter'],
  [2, /^unknown option '-x'; /, 'enter', 'self', '-x', 'true'],
  [1, /^nothing is called "zqzqzqzq" here/, 'enter', 'zqzqzqzq', 'true'],
  [2, /^snapshot: too many arguments: "x"; it takes none$/, 'snapshot', 'x'],
  [2, /^there is no experiment "alll"; did you mean all\?$/, 'lab', 'alll'],
  [2, /^there is no completion for the shell "bsh"; did you mean bash\?$/, 'completion', 'bsh'],
  [2, /^\/etc\/passwd is not a directory$/, 'mount', '/etc/passwd'],
  [2, /^DIR is empty; /, 'mount', ''],
];

/** What must not reach a terminal, begin a line or fill the screen. */
const hostileCases: readonly Case[] = [
  [1, /^nothing is called "a\\nnscope: b" here/, 'ls', 'a\nnscope: b'],
  [1, /^nothing is called "\\e\[31mred" here/, 'ls', '\x1b[31mred'],
  [2, /^there is no namespace type "\\e\[2J"; /, 'ls', '-t', '\x1b[2J'],
  [2, /^there is no column "a\\nb"; /, 'ls', '-o', 'a\nb'],
  [2, /^unknown option '--\\e]0;x\\x07'; /, 'ls', '--\x1b]0;x\x07'],
  [2, /^"x{60}… \(5000 characters\)" is neither a verb /, veryLong],
  [1, /^nothing is called "x{60}… \(5000 characters\)" here/, 'ls', veryLong],
  [1, /^no net namespace is called "x{60}… \(5000 characters\)" here$/, `net:${veryLong}`],
  [2, /^unknown option '--x{58}… \(5002 characters\)'; /, 'ls', `--${veryLong}`],
  [2, /^there is no namespace type "x{60}… \(5000 characters\)"; /, 'ls', '-t', `net,${veryLong}`],
  [2, /^there is no column "x{60}… \(5000 characters\)"; /, 'ps', `--sort=pid,${veryLong}`],
  [2, /^cannot read x{60}… \(5000 characters\): ENAMETOOLONG$/, 'ls', '--from', veryLong],
  [1, /^nothing is called "(?:a b ){15}… \(4000 characters\)" here/, 'ls', 'a b '.repeat(1000)],
  [1, /^nothing is called "(?:\\x01){15}… \(2000 characters\)" here/, 'ls', '\x01'.repeat(500)],
];

/** One sentence; lines that follow it are of the same error: an expression with a mark, or candidates. */
function check({ words, status, stdout, stderr }: Outcome, [expected, says]: Case): void {
  const line = words.map((word) => JSON.stringify(word.slice(0, 40))).join(' ');
  assert.match(stderr, /^nscope: [^\n]+\n(?: {2}[^\n]*\n)*$/, line);
  const [sentence = ''] = stderr.slice('nscope: '.length).split('\n');
  assert.match(sentence, says, line);
  assert.equal(status, expected, `${line}: ${sentence}`);
  assert.equal(stdout, '', line);
  assert.ok(stderr.length < 600, `${line}: ${stderr.length} characters`);
}

for (const [title, cases] of [
  ['A wrong verb is named, with the verb that was probably meant.', verbCases],
  ['A wrong option or value is named, with the one that was probably meant or those that there are.', optionCases],
  ['A wrong target has status 2, and one that is not there status 1, or 2 where 1 is an answer.', targetCases],
  ['Control characters are escaped in messages, and very long words cut.', hostileCases],
] as const)
  test(title, { skip: missing({}) }, () => {
    const outcomes = runInTurn(cases.map(([, , ...words]) => words));
    assert.equal(outcomes.length, cases.length);
    for (const [i, outcome] of outcomes.entries()) check(outcome, cases[i] ?? assert.fail());
  });

test('A hundred lines and more are tried.', () => {
  assert.ok(verbCases.length + optionCases.length + targetCases.length + hostileCases.length > 100);
});
