// The completion script for bash(1): 4.4 and later.
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { workloadEngines } from '../../model/snapshot/workload-engines.ts';
import { type Completion, type CompletionTable, listWorkloads, targetPrefixes } from './completion-table.ts';

/** Defines the function _nscope and registers it. */
export function formatBashCompletion({ usual, targeted, verbs }: CompletionTable): string {
  const values = verbs.flatMap(({ name, options }) =>
    options.flatMap(({ short, long, optional, several, completion }) => {
      if (!completion) return [];
      // The value of an option that stands alone as well is written behind "=" only.
      const patterns = [long, ...(short === undefined ? [] : [short])].map((flag) => quote(`${name} ${flag}`));
      const label = optional ? quote(`${name} ${long}=`) : patterns.join('|');
      return [`    ${label}) ${offer(completion, several)}; return ;;`];
    }),
  );
  const valued = verbs.flatMap(({ name, options }) =>
    options.flatMap(({ short, long, optional, completion }) =>
      completion && !optional
        ? [long, ...(short === undefined ? [] : [short])].map((flag) => quote(`${name} ${flag}`))
        : [],
    ),
  );
  const flags = verbs.map(({ name, options }) => {
    const words = options.flatMap(({ short, long, optional }) => [
      long,
      ...(optional ? [`${long}=`] : []),
      ...(short === undefined ? [] : [short]),
    ]);
    return `      ${name}) _nscope_offer ${words.map(quote).join(' ')} ;;`;
  });
  const positions = verbs.flatMap(({ name, arguments: words }) =>
    words.map(
      ({ completion, repeated }, i) =>
        `    ${repeated ? `${quote(`${name} `)}*` : quote(`${name} ${i + 1}`)}) ${offer(completion, false)} ;;`,
    ),
  );
  return `# Completion of nscope for bash. Load it with: source <(nscope completion bash)

# Offers those of the words that go on from what is typed; $kept stays in front of them.
_nscope_offer() {
  local word
  for word in "$@"; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$kept$word")
  done
}

# The last of several words with commas between them; + and - in front of a word stay.
_nscope_list() {
  if [[ $cur == *,* ]]; then kept+=\${cur%,*},; cur=\${cur##*,}; fi
  if [[ $cur == [+-]* ]]; then kept+=\${cur:0:1}; cur=\${cur:1}; fi
  compopt -o nospace
  _nscope_offer "$@"
}

_nscope_files() {
  local path
  compopt -o filenames
  while IFS= read -r path; do COMPREPLY+=("$kept$path"); done < <(compgen -f -- "$cur")
}

_nscope_pids() {
  local path
  for path in /proc/[0-9]*; do _nscope_offer "\${path##*/}"; done
}

_nscope_targets() {
  local path name type=\${cur%%:*}
  case $cur in
    /* | ./* | ../*) _nscope_files; return ;;
    [0-9]*) _nscope_pids; return ;;
    ${namespaceTypes.map((type) => `${type}:*`).join(' | ')}) _nscope_namespaces "$type"; return ;;
    ${workloadEngines.map((engine) => `${engine}:*`).join(' | ')}) _nscope_workloads; return ;;
  esac
  _nscope_offer self ${targetPrefixes.map(quote).join(' ')}
  for path in /run/netns/*; do
    name=\${path##*/}
    # A name that the shell would read as more than a word is not offered.
    [[ $name =~ ^[A-Za-z0-9._@%+-]+$ ]] && _nscope_offer "$name" "net:$name"
  done
}

# Those of a type: by a PID once a digit is there, else by name and by inode number, whose brackets are escaped.
_nscope_namespaces() {
  local path link
  if [[ $cur == "$1":[0-9]* ]]; then
    for path in /proc/[0-9]*; do _nscope_offer "$1:\${path##*/}"; done
    return
  fi
  _nscope_offer "$1:self"
  if [[ $1 == net ]]; then
    for path in /run/netns/*; do
      [[ \${path##*/} =~ ^[A-Za-z0-9._@%+-]+$ ]] && _nscope_offer "net:\${path##*/}"
    done
  fi
  while IFS= read -r link; do
    [[ $link == "$cur"* ]] || continue
    if [[ -z $quote ]]; then link=\${link/[/\\\\[}; link=\${link/]/\\\\]}; fi
    COMPREPLY+=("$kept$link")
  done < <(readlink /proc/[0-9]*/ns/"$1" 2>/dev/null | sort -u)
}

_nscope_workloads() {
  local name
  while read -r name; do
    name=\${name#\\~}
    [[ $name =~ ^[A-Za-z0-9:/._@%+-]+$ ]] && _nscope_offer "$name"
  done < <(${listWorkloads})
}

_nscope() {
  local line=\${COMP_LINE:0:COMP_POINT} verb=${quote(usual)} cur prev kept='' place=1 word i strip quote=''
  local -a words
  COMPREPLY=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  i=$((\${#words[@]} - 1))
  cur=\${words[i]}
  prev=\${words[i - 1]}
  strip=$cur
  # Inside of quotes nothing ends a word, and nothing is escaped.
  if [[ $cur == [\\'\\"]* ]]; then quote=\${cur:0:1}; cur=\${cur:1}; strip=''; fi
  cur=\${cur//\\\\/}
  if ((i > 1)); then
    case \${words[1]} in
      ${verbs.map(({ name }) => name).join('|')}) verb=\${words[1]}; place=0 ;;
      -*) place=0 ;;
      *) verb=${quote(targeted)} ;;
    esac
  fi
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*}
    kept=$prev=
    cur=\${cur#*=}
    case "$verb $prev" in
${verbs
  .flatMap(({ name, options }) =>
    options.filter(({ optional }) => optional).map(({ long }) => `      ${quote(`${name} ${long}`)}) prev+== ;;`),
  )
  .join('\n')}
    esac
  fi
  _nscope_complete
  # What stands before a colon or an equals sign is a word of its own to bash.
  for word in : =; do
    [[ $COMP_WORDBREAKS == *$word* && $strip == *$word* ]] || continue
    for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"\${strip%"$word"*}$word"}; done
    strip=\${strip##*"$word"}
  done
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace
  return 0
}

_nscope_complete() {
  case "$verb $prev" in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $verb in
${flags.join('\n')}
    esac
    return
  fi
  if ((i == 1)); then
    if [[ $cur == [0-9./]* || $cur == *:* ]]; then _nscope_targets; return; fi
    _nscope_offer ${verbs.map(({ name }) => quote(name)).join(' ')}
    return
  fi
  # Which argument of the verb this is: options and their values are passed over.
  for ((word = 2; word <= i; word++)); do
    case "$verb \${words[word - 1]}" in
      ${valued.join('|')}) continue ;;
    esac
    [[ \${words[word]} == -?* ]] || ((place++))
  done
  case "$verb $place" in
${positions.join('\n')}
  esac
}

complete -F _nscope nscope
`;
}

function offer(completion: Completion, several: boolean): string {
  switch (completion.kind) {
    case 'words':
      return `${several ? '_nscope_list' : '_nscope_offer'} ${completion.words.map(quote).join(' ')}`;
    case 'file':
      return '_nscope_files';
    case 'target':
      return '_nscope_targets';
    case 'pid':
      return '_nscope_pids';
    case 'free':
      return ':';
  }
}

/** A word that sh(1) reads as it is. */
function quote(word: string): string {
  return /^[\w./:=+,@%-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
