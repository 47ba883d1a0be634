// Filter expressions over columns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compileFilter,
  FilterError,
  type FilterField,
  listFilterFields,
} from '../../../src/analysis/listing/filter.ts';

const fields: readonly FilterField[] = [
  { name: 'type', kind: 'string' },
  { name: 'processes', kind: 'int' },
  { name: 'initial', kind: 'any' },
  { name: 'owner', kind: 'any' },
  { name: 'name', kind: 'list' },
];

const row = { type: 'net', processes: 3, initial: false, owner: 4026531837, name: ['blue', 'type'] };

test('Expressions choose by comparison, by logic and by the members of a list.', () => {
  const cases: [string, boolean][] = [
    ['type == "net"', true],
    ["type == 'mnt'", false],
    ['processes > 2 && type in ["net", "mnt"]', true],
    ['processes == 0 || !initial', true],
    ['"blue" in name', true],
    ['"type" in name && type != "type"', true],
    ['size(name) == 2', true],
    ['owner == 4026531837', true],
    ['type.startsWith("n")', true],
    ['name.exists(n, n == "green")', false],
  ];
  for (const [expression, chosen] of cases) assert.equal(compileFilter(expression, fields)(row), chosen, expression);
});

/** As `ls` has them, and a process of nginx in a namespace called blue. */
const texts = ['type', 'user', 'command', 'hostname', 'id', 'state'].map(
  (name): FilterField => ({ name, header: name.toUpperCase(), kind: 'string' }),
);
const others: readonly FilterField[] = [
  { name: 'processes', header: 'PROCS', kind: 'int' },
  { name: 'pid', header: 'PID', kind: 'int' },
  { name: 'level', header: 'LEVEL', kind: 'int' },
  { name: 'owner', header: 'OWNER', kind: 'int' },
  { name: 'initial', header: 'INITIAL', kind: 'bool' },
  { name: 'name', header: 'NAME', kind: 'list' },
  { name: 'holders', header: 'HOLDERS', kind: 'list' },
  { name: 'workload', header: 'WORKLOAD', kind: 'list' },
];
const newcomer = [...texts, ...others];

const nginx = {
  ...{ type: 'net', user: 'root', command: 'nginx: master', hostname: null, id: '5121', state: null },
  ...{ processes: 3, pid: 812, level: null, initial: false, name: ['blue', 'web'], workload: [] },
  // The owner is not known. One descriptor and four sockets hold it.
  holders: Object.assign(['fd', 'socket'], { count: 5 }),
};

test('What a newcomer types means what it says; what is not known or none is not compared.', () => {
  const cases: readonly (readonly [string, boolean | undefined])[] = [
    ['name != null', true],
    ['name == null', false],
    ['workload == null', true],
    ['workload != null', false],
    ['hostname == null', true],
    ['hostname != null && hostname.contains("x")', false],
    ['pid != null', true],
    ['level == null || level > 1', true],
    ['level > 1 || level == null', true],
    ['level > 1', undefined],
    ['level != 3', true],
    ['owner == null', undefined],
    ['owner != null', undefined],
    ['owner != 5', undefined],
    ['owner == 5 || pid == 812', true],
    ['owner == 5 && pid == 1', false],
    ['holders > 1', true],
    ['holders >= 6', false],
    ['holders == 5', true],
    ['size(holders) == 2', true],
    ['name > 1', true],
    ['1 < processes', true],
    ['pid == 812', true],
    ['type == "net"', true],
    ["type == 'net'", true],
    ['type != "net"', false],
    ['command.contains("nginx")', true],
    ['command.startsWith("nginx")', true],
    ['command.matches("^ng.*r$")', true],
    ['user == "root"', true],
    ['user == "root" && processes > 1', true],
    ['user == "ada" || user == "root"', true],
    ['type in ["net", "mnt"]', true],
    ['!(type in ["mnt"])', true],
    ['"blue" in name', true],
    ['name == "blue"', true],
    ['name != "blue"', false],
    ['name == "bl"', false],
    ['name.contains("bl")', true],
    ['name.exists(n, n.startsWith("w"))', true],
    ['workload == ""', true],
    ['name == ""', false],
    ['!initial', true],
    ['initial == false', true],
    ['PROCS > 2', true],
    ['procs > 2 && Type == "net"', true],
    ['TYPE == "net" && PID == 812', true],
    ['NAME == "web"', true],
    ['name.exists(type, type == "web")', true],
    ['command == "type == PROCS"', false],
    ['id == "5121"', true],
    ['processes * 2 == 6', true],
    ['processes > 1 ? initial : true', false],
  ];
  for (const [expression, chosen] of cases)
    assert.equal(compileFilter(expression, newcomer)(nginx), chosen, expression);
});

test('A slip is told in a sentence that says what is right, with its place.', () => {
  const cases: readonly (readonly [string, RegExp, string])[] = [
    ['user == root', /^there is no column root; text is written in quotes: user == "root"$/, 'root'],
    ['command.contains(nginx)', /text is written in quotes: command\.contains\("nginx"\)?$/, 'nginx'],
    ['name == blue', /text is written in quotes: name == "blue"$/, 'blue'],
    ['nme == "x"', /^Unknown variable: nme$/, 'nme'],
    ['pid == "812"', /^pid is a number: write pid == 812$/, 'pid == "812"'],
    ['PID > "812"', /^pid is a number: write pid > 812$/, 'PID > "812"'],
    ['pid == "x"', /^pid is a number: such as pid > 1$/, 'pid == "x"'],
    ['user == 0', /^user is text: write user == "0"$/, 'user == 0'],
    ['id > 5121', /^id is text: write id > "5121"$/, 'id > 5121'],
    ['initial == "yes"', /^initial is true or false: write initial or !initial$/, 'initial == "yes"'],
    ['initial == yes', /^there is no column yes; write true$/, 'yes'],
    ['initial == True', /^there is no column True; write true$/, 'True'],
    ['name == None', /^there is no column None; write null$/, 'None'],
    ['name == NULL', /^there is no column NULL; write null$/, 'NULL'],
    ['len(name) > 1', /^there is no function len; size is one$/, 'len(name)'],
    ['command.includes("x")', /^there is no function includes; contains is one$/, 'command.includes("x")'],
    ['contains(command, "x")', /^write command\.contains\("x"\)$/, 'contains(command, "x")'],
    ['pid.contains("8")', /^pid is a number: such as pid > 1$/, 'pid.contains("8")'],
    ['lower(user) == "x"', /^there is no function lower; there are: size, contains/, 'lower(user)'],
    ['812 in name', /^name is a list of texts: "812" in name$/, '812 in name'],
    ['"x" in user', /^user is text: in asks a list/, '"x" in user'],
    ['type in ("net", "mnt")', /^a list is written in brackets: type in \["net", "mnt"\]$/, ','],
    ['type in net,mnt', /^a list is written in brackets/, ','],
    ['command like "x"', /^like is not an operator; text is searched with command\.contains\("\.\.\."\)$/, 'like'],
    ['user =~ "x"', /^=~ is not an operator; text is searched with user\.matches\("\.\.\."\)$/, '=~'],
    ['user ~ "x"', /^~ is not an operator; text is searched with user\.matches/, '~'],
    ['name is null', /^is is not an operator; == is$/, 'is'],
    ['pid = 812', /^= is not an operator; == is$/, '='],
    ['pid === 812', /^=== is not an operator; == is$/, '==='],
    ['pid => 812', /^=> is not an operator; >= is$/, '=>'],
    ['user <> "x"', /^<> is not an operator; != is$/, '<>'],
    ['pid > 1 and initial', /^and is not an operator; && is$/, 'and'],
    ['pid > 1 AND initial', /^AND is not an operator; && is$/, 'AND'],
    ['pid > 1 or initial', /^or is not an operator; \|\| is$/, 'or'],
    ['not initial', /^not is not an operator; ! is$/, 'not '],
    ['user == “root”', /^text is written in straight quotes/, '“'],
    ['pid == 812;', /^; has no meaning here$/, ';'],
    ['pid > 1 && ', /^the expression ends too early$/, ''],
    ['!name', /^name is a list and no condition: such as name != null/, '!name'],
    ['name && initial', /^name is a list and no condition: such as name != null/, 'name && initial'],
    ['name', /^a condition is wanted, and name is a list: such as name != null, name == "\.\.\.", name > 1$/, 'name'],
    ['PROCS', /^a condition is wanted, and processes is a number: such as processes > 1$/, 'PROCS'],
    ['"net"', /^a condition is wanted, and this is text$/, '"net"'],
    ['user.matches("(")', /^"\(" is not a regular expression; .*contains/, '"("'],
    ['name != null && name.matches("*x")', /^"\*x" is not a regular expression/, '"*x"'],
  ];
  assert.ok(cases.length >= 30);
  for (const [expression, message, place] of cases)
    assert.throws(
      () => compileFilter(expression, newcomer),
      (error: unknown) => {
        assert.ok(error instanceof FilterError, `${expression}: ${error}`);
        assert.match(error.message, message, expression);
        assert.equal(expression.slice(error.start, error.end).trim(), place.trim(), `${expression}: ${error.message}`);
        return true;
      },
      expression,
    );
});

test('Only the fields that an expression speaks of are listed, under any spelling.', () => {
  const used = (expression: string) => listFilterFields(expression, newcomer).map(({ name }) => name);
  assert.deepEqual(used('PROCS > 1 && procs < 5 && "pid" in NAME'), ['processes', 'name']);
  assert.deepEqual(used('user.contains("holders") || size(workload) > 1'), ['user', 'workload']);
});

test('A row without the value that is compared is undecided, not chosen.', () => {
  const filter = compileFilter('owner > 5', fields);
  assert.equal(filter({ ...row, owner: null }), undefined);
  assert.equal(filter({ ...row, owner: undefined }), undefined);
  assert.equal(filter(row), true);
});

test('A wrong expression is told with its place.', () => {
  const cases: [string, RegExp, number][] = [
    ['typ == "net"', /Unknown variable: typ/, 0],
    ['type == "net" && colour == 1', /Unknown variable: colour/, 17],
    ['processes >', /./, 11],
    ['type == 3', /./, 0],
    ['', /^the expression ends too early$/, 0],
    ['(processes > 1', /^the expression ends too early: a \) is missing$/, 14],
    ['size([1, 2', /^the expression ends too early: a \] is missing$/, 10],
    ['processes = 1', /^= is not an operator; == is$/, 10],
    ['processes > 1 and initial', /^and is not an operator; && is$/, 14],
    ['initial or initial', /^or is not an operator; \|\| is$/, 8],
  ];
  for (const [expression, message, start] of cases) {
    assert.throws(
      () => compileFilter(expression, fields),
      (error: unknown) => {
        assert.ok(error instanceof FilterError);
        assert.match(error.message, message);
        assert.equal(error.start, start, `${expression}: ${error.message}`);
        assert.ok(error.end <= expression.length);
        return true;
      },
    );
  }
});

test('An expression that is no condition is refused.', () => {
  assert.throws(() => compileFilter('processes + 1', fields), /a condition is wanted, and this is a number/);
});
