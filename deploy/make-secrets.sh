#!/bin/sh
# Make what docker-compose.yml needs of secrets, each in a file of its own: random passwords, and an authority with a
# certificate each for Kafka and PostgreSQL. What is there already stays. Needs openssl.
#   sh deploy/make-secrets.sh [folder]        # deploy/secrets
# The containers read them as members of the group SECRETS_GROUP: 65532 unless deploy/.env says another.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
group="${SECRETS_GROUP:-65532}"
umask 077
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

password() {
  [ -s "$folder/$1" ] || openssl rand -hex 24 | tr -d '\n' > "$folder/$1"
}

certificate() {  # name of the host; writes its key and chain, and who signed it
  [ -s "$folder/$1.pem" ] && return
  cat > "$work/openssl.cnf" <<CNF
[req]
distinguished_name = name
prompt = no
[name]
CN = Tien Do, $1
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:$1, DNS:localhost, IP:127.0.0.1
CNF
  new="-config $work/openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  {
    openssl req -x509 $new -extensions authority -days 3650 -keyout "$work/ca.key" -out "$work/ca.pem" &&
      openssl req $new -subj "/CN=$1" -keyout "$work/server.key" -out "$work/server.csr" &&
      openssl x509 -req -in "$work/server.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 825 \
        -extfile "$work/openssl.cnf" -extensions server -out "$work/server.crt"
  } 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
  # The authority's key is forgotten: a new certificate comes with a new authority.
  cat "$work/ca.pem" > "$folder/$1-ca.pem"
  cat "$work/server.key" "$work/server.crt" "$work/ca.pem" > "$folder/$1.pem"
}

password postgres
password kafka-admin
password pseudonym-key  # another one would give everybody another pseudonym
for service in submissions aggregation notifications audit; do
  password "$service-db"
  password "$service-owner-db"
  password "$service-kafka"
done
certificate kafka
certificate postgres
# The mail server's password is nobody's to invent: empty until somebody writes it in.
[ -e "$folder/smtp-password" ] || : > "$folder/smtp-password"

chgrp "$group" "$folder"/* || {
  echo "Only root gives files to group $group: use sudo, or set SECRETS_GROUP to a group of yours, also in deploy/.env" >&2
  exit 1
}
chmod 0700 "$folder"
chmod 0640 "$folder"/*
chmod 0444 "$folder"/*-ca.pem
