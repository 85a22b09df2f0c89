#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Makes a corpus for each fuzzer from what the build has made.
#   seeds.bash BUILD_FOLDER CORPUS_FOLDER     (a build with the target `bundles`, such as build/release)
set -euo pipefail
build=$1 corpus=$2
mkdir -p "$corpus"/{bundle,release,tar,manifest,library,reply,service,sse,chunk,provider,json,csv,metadata}

shopt -s nullglob
bundles=("$build"/bundles/*.rapt)
((${#bundles[@]})) || { echo "$build/bundles holds no bundle: build the target bundles first" >&2; exit 1; }
for bundle in "${bundles[@]}"; do
  name=$(basename "$bundle" .rapt)
  cp "$bundle" "$corpus/bundle/$name"
  zstd -dqf "$bundle" -o "$corpus/tar/$name"
  tar --to-stdout -xf "$corpus/tar/$name" manifest.json > "$corpus/manifest/$name"
  tar --to-stdout -xf "$corpus/tar/$name" --wildcards 'lib/*.so' > "$corpus/library/$name"
  printf '\0' >> "$corpus/tar/$name" # nothing behind the frame
done

# Of the libraries, the small ones fit within -max_len: those of the examples in C.
for library in "$build"/stage/*/lib/*/*.so; do
  cp "$library" "$corpus/library/$(basename "$library")"
done

# Small archives go further a second than those with a library.
small=$(mktemp -d)
trap 'rm -rf -- "$small"' EXIT
mkdir -p "$small/migrations"
cp "${bundles[0]%/*}/../stage/safety-filter/manifest.json" "$small/" 2> /dev/null || cp "$(dirname "$0")/../../sdk/examples/shout/manifest.json" "$small/"
printf 'create table t (id int);\n' > "$small/migrations/0001_first.sql"
printf '# 1\n' > "$small/CHANGELOG.md"
printf 'words\n' > "$small/LICENSE"
for blocking in 1 20; do
  (cd "$small" && tar --format=ustar --owner=0 --group=0 --mode=0644 -b "$blocking" -cf - manifest.json CHANGELOG.md LICENSE migrations/0001_first.sql) > "$corpus/tar/small-$blocking"
  zstd -qf "$corpus/tar/small-$blocking" -o "$corpus/bundle/small-$blocking"
  printf '\0' >> "$corpus/tar/small-$blocking"
done
zstd -qf --no-check --stream-size=9 "$small/CHANGELOG.md" -o "$corpus/bundle/no-tar"
{ cat "$corpus/bundle/small-1"; printf 'behind'; } > "$corpus/bundle/behind"

# A release of a few words, as an archive and as the tar in it: the first byte says which.
mkdir -p "$small/stage/bin" "$small/stage/migrations/core"
for file in bin/rapt bin/rapt-runner bin/rapt-marketplace LICENSE CHANGELOG.md sbom.json migrations/core/0001_first.sql; do echo "$file" > "$small/stage/$file"; done
chmod 0755 "$small/stage"/bin/*
"$build/bin/rapt" release pack "$small/stage" --version 1.0.0 --built-at 2026-01-01T00:00:00Z --out "$small" > /dev/null
{ printf '\0'; cat "$small"/raptscallions-*.tar.gz; } > "$corpus/release/archive"
{ printf '\1'; gzip -dc "$small"/raptscallions-*.tar.gz; } > "$corpus/release/tar"

# A question to the host: the call, service and method, counts, spans that lead to texts behind the frame, numbers.
for ask in '1\0\0\0\1\0\0\0' '1\0\0\0\5\0\0\0' '2\0\0\0\1\0\0\0' '3\0\0\0\1\0\0\0'; do
  for counts in '1\0\0\0\1' '3\0\0\0\2' '2\0\0\0\0'; do
    { printf '\1\0\0\0\0\0\0\0'; printf "\\$ask\\0\\0\\0\\0\\$counts\\0\\0\\0"; printf '\240\0\0\0\3\0\0\0\243\0\0\0\5\0\0\0\243\0\0\0\5\0\0\0'; head -c 108 /dev/zero; printf 'keyvalue'; } > "$corpus/service/${ask//[^0-9]/}-${counts//[^0-9]/}"
  done
done
# A reply: sequence, state, verdict and spans that lead to texts behind the head.
for verdict in 0 1 2 3 4; do
  { printf '\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0'; printf "\\$verdict\\0\\0\\0"; head -c 900 /dev/zero; printf '{"a": [1, "b"]} words'; } > "$corpus/reply/verdict-$verdict"
done

chunk='{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"caf\\u00e9"},"finish_reason":null}]}'
usage='{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}'
printf '%s' "$chunk" > "$corpus/chunk/escaped"
printf '%s' "${chunk//\\\\u00e9/é}" > "$corpus/chunk/plain"
printf 'data: %s\n\ndata: %s\r\n\r\ndata: [DONE]\n\n' "$chunk" "$usage" > "$corpus/sse/stream"
printf '\xef\xbb\xbf: hello\rid: 7\revent: error\rdata: {"error":{"message":"no","code":429}}\r\r' > "$corpus/sse/error"
printf 'data\ndata:\ndata: a\n\nretry: 5\n\n' > "$corpus/sse/fields"

# Answers of a login provider's module, one of each kind.
cat > "$corpus/provider/url" <<'TEXT'
{"url":"https://id.example/authorize?client_id=a&state=s"}
TEXT
cat > "$corpus/provider/invalid" <<'TEXT'
{"invalid":[{"field":"client_id","message":"Give the id that the provider has given."}]}
TEXT
cat > "$corpus/provider/fetch" <<'TEXT'
{"fetch":{"method":"POST","url":"https://id.example/token?a={{code_verifier}}","headers":[{"name":"Content-Type","value":"application/x-www-form-urlencoded"}],"body":"code=c&client_secret={{secret:client_secret}}"},"memo":"token"}
TEXT
cat > "$corpus/provider/claim" <<'TEXT'
{"claim":{"subject":"u1","email":"a@b.example","email_verified":true,"name":"A","given_name":"B","family_name":"C"}}
TEXT
cat > "$corpus/provider/refuse" <<'TEXT'
{"refuse":"The login was cancelled."}
TEXT
cp "$corpus"/provider/* "$corpus"/manifest/* "$corpus/json/"

# Files of users: other delimiters, quotes over lines, a mark at the beginning, several bytes a character, no last line break.
printf 'email,name,group,role\na@b.example,"Kim, the ""first""",District/School,student\n' > "$corpus/csv/comma"
printf '\xef\xbb\xbfemail;given_name;family_name\r\na@b.example;"Zo\xc3\xab\r\nAnn";\xe6\x9d\x8e\r\n' > "$corpus/csv/semicolon"
printf 'email\tname\n\n\n"a@b.example"\t\xf0\x9f\x8f\xa0' > "$corpus/csv/tab"

# Metadata of each kind, from the unit tests' header: the first letter says which.
awk -v folder="$corpus/metadata" '
  /R"json\(/ { kind = $0; sub(/.*kReal/, "", kind); sub(/ .*/, "", kind); letter = tolower(substr(kind, 1, 1));
    if (kind == "Targets" || kind == "Delegated") letter = "d"; sub(/.*R"json\(/, ""); printf "%s", letter > (folder "/" kind); open = 1 }
  open { last = sub(/\)json".*/, ""); print > (folder "/" kind); if (last) open = 0 }
' "$(dirname "$0")/../../marketplace/tuf/src/real_metadata.hpp"
printf 'xmodules/*/?-*.rapt\nmodules/a/b-1.rapt' > "$corpus/metadata/pattern"
