// Lock notes with a passcode, in the browser. Neither passcode nor key ever leaves it.

const ROUNDS = 600000;
const DIGITS = 20;
const bytesOf = (text) => new TextEncoder().encode(text);
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const KIND = bytesOf("notes/1");

export function toText(bytes) {
  let signs = "";
  for (const byte of bytes) signs += String.fromCharCode(byte);
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function toBytes(text) {
  const signs = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(signs, (sign) => sign.charCodeAt(0));
}

/** 20 random digits. Bytes from 250 on are thrown away: each digit must be equally likely. */
export function newPasscode() {
  let digits = "";
  while (digits.length < DIGITS) {
    for (const byte of random(DIGITS)) {
      if (byte < 250 && digits.length < DIGITS) digits += byte % 10;
    }
  }
  return digits;
}

export const grouped = (digits) => digits.match(/\d{4}/g).join(" ");

/** The digits of what was typed, in any script and however spaced; null if there are not 20. */
export function tidyPasscode(typed) {
  const digits = typed
    .normalize("NFKC")
    .replace(/[\u0660-\u0669]/g, (sign) => sign.charCodeAt(0) - 0x660)
    .replace(/[\u06f0-\u06f9]/g, (sign) => sign.charCodeAt(0) - 0x6f0)
    .replace(/\D/g, "");
  return digits.length === DIGITS ? digits : null;
}

/** Key and proof, derived beside each other: who knows one cannot work out the other. */
async function derive(digits, salt) {
  const typed = await crypto.subtle.importKey("raw", bytesOf(digits), "PBKDF2", false, ["deriveBits"]);
  const slow = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  const bits = await crypto.subtle.deriveBits(slow, typed, 256);
  const root = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey", "deriveBits"]);
  const branch = (info) => ({ name: "HKDF", hash: "SHA-256", salt, info: bytesOf(info) });
  const cipher = { name: "AES-GCM", length: 256 };
  const key = await crypto.subtle.deriveKey(branch("key"), root, cipher, false, ["encrypt", "decrypt"]);
  const proof = new Uint8Array(await crypto.subtle.deriveBits(branch("proof"), root, 256));
  return { key, proof };
}

/** {passcode, fields}: what is shown once, and what is sent. */
export async function lock(value) {
  const passcode = newPasscode();
  const salt = random(16);
  const { key, proof } = await derive(passcode, salt);
  const nonce = random(12);
  const how = { name: "AES-GCM", iv: nonce, additionalData: KIND };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, key, bytesOf(JSON.stringify(value))));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", proof));
  return {
    passcode,
    fields: { notes: toText([...nonce, ...sealed]), salt: toText(salt), proof_hash: toText(hash) },
  };
}

/** {proof, open}: the proof for the server, and what opens its answer. `open` throws if changed. */
export async function unlock(digits, salt) {
  const { key, proof } = await derive(digits, toBytes(salt));
  const open = async (text) => {
    const sealed = toBytes(text);
    const how = { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: KIND };
    const plain = await crypto.subtle.decrypt(how, key, sealed.slice(12));
    return JSON.parse(new TextDecoder().decode(plain));
  };
  return { proof: toText(proof), open };
}
