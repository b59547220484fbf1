/** The page docs/settings.md, made from the settings table. */
import {
  defaultText,
  environmentName,
  flagName,
  GROUPS,
  type Group,
  isListSetting,
  type Live,
  placeholder,
  type Setting,
} from '../setting.js';
import { SETTING_KEYS, type SettingKey, settingOf } from '../settings.js';
import { expectation } from '../value-text.js';

const HEAD = `<!-- Generated from src/config/settings.ts by \`npm run docs\`. Do not edit. -->

# Settings

Each setting has one name in three spellings: a flag (\`--queue-limit\`), a variable of the
environment (\`FORKCAST_QUEUE_LIMIT\`) and a key of the config file (\`queueLimit\`).

**Precedence:** defaults < config file < environment < \`FORKCAST_CMD_ARGS\` (flags in a variable) < flags. \`forkcast --print-config\` shows every
value and where it came from; what it prints is itself a config file. \`forkcast check\` tells all
faults at once and exits with code 2 if there are any.

**Durations** are \`250ms\`, \`30s\`, \`2m\`, \`1h\` or \`1.5s\`; a bare number is seconds. None may exceed
24h, save \`maxWorkerAge\`. **Sizes** are \`512kb\`, \`16mb\`, \`1gb\` or \`1.5mb\` (1kb = 1024 bytes); a bare number is bytes.
**Addresses** are \`HOST:PORT\`, \`[IPV6]:PORT\`, \`unix:PATH\` or \`fd://N\` (a listening socket the
server inherits). Port 0 takes any free port; the log says which.

**\`off\`**, where it is the default or expected, means that the thing is not done; a bare 0 says the same.
**Lists:** the flag may be repeated; a flag or a variable may also hold several, with commas; the file
has an array.

**The config file** is named with \`-c FILE\`, \`--config FILE\` or \`FORKCAST_CONFIG\`; no file is read
that is not named. It is JSON with comments and trailing commas. Relative paths in it start at the
folder of the file; all others start at the working directory. With
\`"$schema": "./forkcast.schema.json"\` an editor completes and checks it (the schema is in \`config/\`).

**The environment:** an empty variable counts as not set. An unknown \`FORKCAST_…\` variable is a fault,
save those that Kubernetes sets for a Service called \`forkcast…\` (\`FORKCAST_SERVICE_HOST\` and the
like). Platforms set \`WEB_CONCURRENCY\`, which gives \`workers\`, and \`PORT\`, which makes \`bind\`
\`0.0.0.0:$PORT\`; our own variables win over both. \`auto\` counts the CPUs that the machine, the cpuset
and the CPU quota of the cgroup allow; a part of a CPU does not count.
`;

const FOOT = `## Settings that depend on each other

- \`maxBody\` is at most \`queueBytes\`.
- \`restartBackoff\` is at most \`restartBackoffMax\`.
- \`drainDelay\` is at most \`gracefulTimeout\`.
- \`headerTimeout\` is at most \`readTimeout\`.
- \`bind\`, \`adminBind\` and \`metricsBind\` are different addresses; port 0 is always different.
- \`certfile\` and \`keyfile\` are set both or not at all. \`caCerts\` needs them, and \`certReqs\` other than \`none\` needs \`caCerts\`.
- \`adminBind\` beyond loopback needs keys: \`adminKeyFile\`, or the variable \`FORKCAST_ADMIN_KEYS\`.
- \`reusePort\` needs Node 22.12 or later.
`;

const RELOAD: Readonly<Record<Live | 'none', string>> = {
  workers: 'new workers have it',
  master: 'taken when the reload is done',
  none: 'not taken, needs a restart',
};

export function settingsReference(): string {
  const groups = Object.keys(GROUPS) as Group[];
  return [HEAD, ...groups.map(section), FOOT].join('\n');
}

function section(group: Group): string {
  const entries = SETTING_KEYS.filter((key) => settingOf(key).group === group).map(entry);
  return `## ${GROUPS[group]}\n\n${entries.join('\n')}`;
}

function entry(key: SettingKey): string {
  const setting = settingOf(key);
  const text = defaultText(setting);
  return `### ${key}

${setting.doc}

- Flag: ${flags(key, setting)}
- Environment: \`${environmentName(key)}\`
- Default: ${text === undefined ? 'not set' : `\`${text}\``}
- Expected: ${expectation(setting)}
- Reload: ${RELOAD[setting.live ?? 'none']}
`;
}

function flags(key: SettingKey, setting: Setting): string {
  if (setting.kind === 'path' && setting.isPositional) return 'none, it is the argument `PATH`';
  const name = flagName(key);
  if (setting.kind === 'flag') return `\`--${name}\`, \`--no-${name}\``;
  const short = setting.short === undefined ? '' : `\`-${setting.short}\`, `;
  const repeated = isListSetting(setting) ? ', any number of times' : '';
  return `${short}\`--${name} ${placeholder(setting)}\`${repeated}`;
}
