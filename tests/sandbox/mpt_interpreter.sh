#!/usr/bin/env bash
# Makes .venv-mpt/bin/python: Python 3.12 or newer with SoftwareOne's own client, which the project itself never imports.
# Takes an interpreter of this machine, or else unpacks Debian 13's beside it, run by its own loader.
set -euo pipefail
cd "$(dirname "$0")/../.."
lock=deploy/requirements-mpt.txt
home=.venv-mpt
rm -rf "$home"

for candidate in "${MPT_BASE_PYTHON:-}" python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3; do
  [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
  "$candidate" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || continue
  "$candidate" -m venv "$home"
  "$home/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  exit 0
done

sources=/etc/apt/sources.list.d/debian.sources
mirror=$(sed -n 's/^URIs: //p' "$sources" 2>/dev/null | head -n 1)
key=$(sed -n 's/^Signed-By: //p' "$sources" 2>/dev/null | head -n 1)
if [ -z "$mirror" ]; then
  echo "No Python 3.12 or newer here, and no Debian to take one from: install one and name it in MPT_BASE_PYTHON." >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$home/root" "$home/bin"
echo "deb [signed-by=$key] $mirror trixie main" > "$work/sources"
apt=(-qq -o "Dir::Etc::sourcelist=$work/sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
(cd "$work" && apt-get "${apt[@]}" download python3.13-minimal libpython3.13-minimal libpython3.13-stdlib libc6 \
  libexpat1 zlib1g libssl3t64 libffi8 libbz2-1.0 liblzma5 libuuid1 libzstd1)
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$home/root"; done
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --target "$home/site" \
  --python-version 3.13 --only-binary=:all: --no-deps --ignore-requires-python -r "$lock"
cat > "$home/bin/python" <<'RUN'
#!/usr/bin/env bash
here=$(cd "$(dirname "$0")/.." && pwd)
libraries="$here/root/usr/lib/x86_64-linux-gnu:$here/root/lib/x86_64-linux-gnu"
export PYTHONHOME="$here/root/usr" PYTHONPATH="$here/site"
exec "$here/root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" "$here/root/usr/bin/python3.13" "$@"
RUN
chmod +x "$home/bin/python"
"$home/bin/python" -c 'import ssl, mpt_api_client'
