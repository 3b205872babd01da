# Run the workflow on this machine: no container, no network, and a stand-in for one action.
# Shown are the lines that say how it went; all of them are in act.log.
set -o pipefail
act push --platform ubuntu-24.04=-self-hosted --env-file /dev/null --secret-file /dev/null \
  --var-file /dev/null --cache-server-addr 127.0.0.1 --artifact-server-addr 127.0.0.1 \
  --action-offline-mode --env NO_COLOR=1 --local-repository \
  "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97=$PWD/setup-python" "$@" 2>&1 |
  sed "s/\x1b\[[0-9;]*m//g" | tee act.log | grep -E '[|] (Version|  no better)|Job |exitcode'
