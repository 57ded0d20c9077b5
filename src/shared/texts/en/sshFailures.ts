/** Why an SSH server on the way to a database could not be used. */
export const sshFailures = {
  ssh_unreachable: {
    sentence: 'The SSH server {{sshHost}} on the way to {{server}} does not answer.',
    next: 'Check the internet link, and the name and port of the SSH server ({{sshHost}}:{{sshPort}}). Branchline goes on where it stopped once it answers.',
  },
  ssh_handshake: {
    sentence:
      'The SSH server {{sshHost}} on the way to {{server}} offers no encryption that Branchline supports.',
    next: 'Update the SSH server to OpenSSH 7.4 or later. The technical message says what is missing.',
  },
  ssh_host_key_changed: {
    sentence:
      'The SSH server {{sshHost}} shows a different host key than before, so Branchline did not sign in. The pinned key is {{pinned}}; the server showed {{offered}}. Either the server was reinstalled, or another machine answers in its place.',
    next: 'Ask whoever runs the SSH server for its fingerprint ("ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub"). Only if it is {{offered}}, accept it: "branchline connection ssh-host-key {{endpoint}} --accept", or with the button where the connection is tested.',
  },
  ssh_host_key_other: {
    sentence:
      'The SSH server {{sshHost}} does not show the host key that the settings name, so Branchline did not sign in. The settings say {{pinned}}; the server showed {{offered}}.',
    next: 'Ask whoever runs the SSH server for its fingerprint. Only if it is {{offered}}, correct "hostKey" of {{server}} in the settings.',
  },
  ssh_host_key_unknown: {
    sentence:
      'The host key of the SSH server {{sshHost}} has not been accepted yet, and the settings do not allow Branchline to trust it on first use. The server showed {{offered}}.',
    next: 'Ask whoever runs the SSH server for its fingerprint. If it is {{offered}}, accept it: "branchline connection ssh-host-key {{endpoint}} --accept", or with the button where the connection is tested.',
  },
  ssh_sign_in: {
    sentence: 'The SSH server {{sshHost}} refused to let {{sshUser}} in (by {{ways}}).',
    next: 'Check the SSH user and the key or password of {{server}} in the settings. The public key must stand in authorized_keys of {{sshUser}} on {{sshHost}}.',
  },
  ssh_key_file: {
    sentence: 'The SSH key file {{file}} cannot be used, so {{server}} cannot be reached.',
    next: 'The file must be there, hold a private key, and be readable by its owner alone (chmod 0600). The technical message says what is wrong.',
  },
  ssh_passphrase: {
    sentence: 'The SSH key file {{file}} is encrypted, and its passphrase is missing or wrong.',
    next: 'Store it with "branchline connection password {{endpoint}} --ssh", or type it where the connection is edited.',
  },
  ssh_password_missing: {
    sentence:
      'There is no password for {{sshUser}} at the SSH server {{sshHost}}, so Branchline did not sign in.',
    next: 'Store it with "branchline connection password {{endpoint}} --ssh"; or name a key file, which is safer.',
  },
  ssh_agent: {
    sentence: 'The SSH agent that should hold the key for {{sshHost}} does not answer.',
    next: 'Start the agent and add the key (ssh-add) as the user who runs Branchline. A service has no agent: name a key file instead.',
  },
  ssh_forwarding_refused: {
    sentence: 'The SSH server {{sshHost}} lets {{sshUser}} in, but does not connect to {{place}}.',
    next: 'On {{sshHost}}, allow it: permitopen="{{place}}" with this key in authorized_keys, and AllowTcpForwarding in sshd_config.',
  },
  ssh_tunnel_lost: {
    sentence: 'The SSH connection to {{sshHost}} on the way to {{server}} broke. What had arrived is kept.',
    next: 'Check the network to {{sshHost}}, then resume the batch: the table goes on from its last chunk.',
  },
} as const;
