#!/bin/sh
# Make what docker-compose.yml needs of secrets, each in a file of its own: random passwords, and an authority with a
# certificate for Kafka. What is there already stays. Needs openssl.
#   sh deploy/make-secrets.sh [folder]        # deploy/secrets
# Only the folder keeps others out: the containers' users, who are not those of this machine, read the files.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
umask 077
mkdir -p "$folder"

password() {
  [ -s "$folder/$1" ] || openssl rand -hex 24 | tr -d '\n' > "$folder/$1"
}

password postgres
password kafka-admin
for service in submissions aggregation notifications audit; do
  password "$service-db"
  password "$service-kafka"
done

if ! [ -s "$folder/kafka.pem" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cat > "$work/openssl.cnf" <<'CNF'
[req]
distinguished_name = name
prompt = no
[name]
CN = Tien Do, Kafka
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
subjectAltName = DNS:kafka, DNS:localhost, IP:127.0.0.1
CNF
  new="-config $work/openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
  {
    openssl req -x509 $new -extensions authority -days 3650 -keyout "$work/ca.key" -out "$work/ca.pem" &&
      openssl req $new -subj "/CN=kafka" -keyout "$work/kafka.key" -out "$work/kafka.csr" &&
      openssl x509 -req -in "$work/kafka.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 825 \
        -extfile "$work/openssl.cnf" -extensions server -out "$work/kafka.crt"
  } 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
  # The authority's key is forgotten: a new certificate comes with a new authority.
  cat "$work/ca.pem" > "$folder/kafka-ca.pem"
  cat "$work/kafka.key" "$work/kafka.crt" "$work/ca.pem" > "$folder/kafka.pem"
fi
chmod 0444 "$folder"/*
