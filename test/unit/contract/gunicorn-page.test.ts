/** docs/gunicorn.md is complete, and names nothing of ours that is not there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flagName } from '../../../src/config/setting.js';
import { SETTING_KEYS } from '../../../src/config/settings.js';
import { ACTIONS } from '../../../src/config/sources/flags.js';
import { ctlUsage } from '../../../src/ctl/ctl.js';
import { METRICS } from '../../../src/observe/metric-table.js';
import { ROOT } from './source-files.js';

const page = readFileSync(join(ROOT, 'docs/gunicorn.md'), 'utf8');
const codes = [...page.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');

/** Of `forkcast ctl`, and Node's own. */
const OTHER_FLAGS = ['--config', '--cpu-prof', '--tls-cipher-list', '--tls-min-v1.3'];

/** All of gunicorn 26.1. */
const OF_GUNICORN = `
config wsgi_app control_socket control_socket_mode control_socket_disable reload reload_engine
reload_extra_files spew check_config print_config
dirty_apps dirty_workers dirty_timeout dirty_threads dirty_graceful_timeout
http_protocols http2_cleartext http2_max_concurrent_streams http2_initial_window_size
http2_max_frame_size http2_max_header_list_size
accesslog access_log_format errorlog loglevel capture_output disable_redirect_access_to_syslog syslog
syslog_addr syslog_prefix syslog_facility logger_class logconfig logconfig_dict logconfig_json
enable_stdio_inheritance statsd_host statsd_prefix dogstatsd_tags enable_backlog_metric
proc_name default_proc_name
keyfile certfile ca_certs cert_reqs ciphers ssl_version do_handshake_on_connect suppress_ragged_eofs
limit_request_line limit_request_fields limit_request_field_size
on_starting on_reload when_ready pre_fork post_fork post_worker_init worker_int worker_abort pre_exec
pre_request post_request child_exit worker_exit nworkers_changed on_exit
on_dirty_starting dirty_post_fork dirty_worker_init dirty_worker_exit
preload_app sendfile reuse_port chdir daemon raw_env pidfile worker_tmp_dir user group umask
initgroups tmp_upload_dir forwarded_allow_ips secure_scheme_headers forwarder_headers header_map
proxy_protocol proxy_allow_ips protocol uwsgi_allow_ips pythonpath paste raw_paste_global_conf
root_path permit_obsolete_folding strip_header_spaces permit_unconventional_http_method
permit_unconventional_http_version casefold_http_method
bind backlog workers worker_class threads worker_connections max_requests max_requests_jitter timeout
graceful_timeout keepalive asgi_loop asgi_lifespan asgi_disconnect_grace_period http_parser`;

test('every setting and hook of gunicorn has a line', () => {
  const names = OF_GUNICORN.trim().split(/\s+/);
  expect(names.filter((name) => !codes.includes(name))).toEqual([]);
});

test('every flag of ours that it names is there', () => {
  const ours = new Set([
    ...[...SETTING_KEYS, ...Object.keys(ACTIONS)].map((key) => `--${flagName(key)}`),
    ...OTHER_FLAGS,
  ]);
  const named = codes.flatMap((code) => code.match(/--[a-z][a-z0-9.-]*/g) ?? []);
  expect(named.length).toBeGreaterThan(40);
  expect([...new Set(named)].filter((flag) => !ours.has(flag))).toEqual([]);
});

test('every metric of ours that it names is there', () => {
  const names: string[] = Object.values(METRICS).map(({ name }) => name);
  const named = codes.filter((code) => /^forkcast_[a-z_]+$/.test(code));
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});

test('every verb of ctl that it names is there', () => {
  const help = ctlUsage();
  const verbs = codes.flatMap((code) => /^forkcast ctl ([a-z-]+)/.exec(code)?.[1] ?? []);
  expect(verbs.length).toBeGreaterThan(5);
  expect(verbs.filter((verb) => !help.includes(`forkcast ctl ${verb} `))).toEqual([]);
});
