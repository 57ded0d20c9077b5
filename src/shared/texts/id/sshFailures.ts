/** Why an SSH server on the way to a database could not be used. */
export const sshFailures = {
  ssh_unreachable: {
    sentence: 'Server SSH {{sshHost}} di jalur ke {{server}} tidak menjawab.',
    next: 'Periksa sambungan internet, serta nama dan port server SSH ({{sshHost}}:{{sshPort}}). Branchline melanjutkan dari tempat berhenti begitu servernya menjawab.',
  },
  ssh_handshake: {
    sentence:
      'Server SSH {{sshHost}} di jalur ke {{server}} tidak menawarkan enkripsi yang diterima Branchline.',
    next: 'Perbarui server SSH: OpenSSH 7.4 atau yang lebih baru sudah cukup. Pesan teknis menyebut apa yang kurang.',
  },
  ssh_host_key_changed: {
    sentence:
      'Server SSH {{sshHost}} menunjukkan kunci host yang berbeda dari sebelumnya, jadi Branchline tidak masuk. Yang tersimpan {{pinned}}; yang ditunjukkan {{offered}}. Servernya dipasang ulang, atau ada pihak lain yang menjawab sebagai gantinya.',
    next: 'Tanyakan sidik jarinya kepada pengelola server SSH ("ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub"). Hanya jika hasilnya {{offered}}, terimalah: "branchline connection ssh-host-key {{endpoint}} --accept", atau dengan tombol di tempat sambungan diuji.',
  },
  ssh_host_key_other: {
    sentence:
      'Server SSH {{sshHost}} tidak menunjukkan kunci host yang disebut pengaturan, jadi Branchline tidak masuk. Pengaturan menyebut {{pinned}}; yang ditunjukkan {{offered}}.',
    next: 'Tanyakan sidik jarinya kepada pengelola server SSH. Hanya jika hasilnya {{offered}}, perbaiki "hostKey" untuk {{server}} di pengaturan.',
  },
  ssh_host_key_unknown: {
    sentence:
      'Kunci host server SSH {{sshHost}} belum diterima, dan pengaturan melarang memercayainya pada pemakaian pertama. Yang ditunjukkan {{offered}}.',
    next: 'Tanyakan sidik jarinya kepada pengelola server SSH. Jika hasilnya {{offered}}, terimalah: "branchline connection ssh-host-key {{endpoint}} --accept", atau dengan tombol di tempat sambungan diuji.',
  },
  ssh_sign_in: {
    sentence: 'Server SSH {{sshHost}} menolak {{sshUser}} masuk (dengan {{ways}}).',
    next: 'Periksa pengguna SSH dan kunci atau kata sandinya untuk {{server}} di pengaturan. Kunci publiknya harus ada di authorized_keys milik {{sshUser}} di {{sshHost}}.',
  },
  ssh_key_file: {
    sentence: 'Berkas kunci SSH {{file}} tidak bisa dipakai, jadi {{server}} tidak bisa dijangkau.',
    next: 'Berkas itu harus ada, berisi kunci privat, dan hanya bisa dibaca pemiliknya (chmod 0600). Pesan teknis menyebut apa yang salah.',
  },
  ssh_passphrase: {
    sentence: 'Berkas kunci SSH {{file}} terenkripsi, dan frasa sandinya belum ada atau salah.',
    next: 'Simpan dengan "branchline connection password {{endpoint}} --ssh", atau ketik di tempat sambungan diubah.',
  },
  ssh_password_missing: {
    sentence: 'Tidak ada kata sandi {{sshUser}} untuk server SSH {{sshHost}}, jadi tidak dicoba masuk.',
    next: 'Simpan dengan "branchline connection password {{endpoint}} --ssh"; atau sebut berkas kunci, yang lebih aman.',
  },
  ssh_agent: {
    sentence: 'Agen SSH yang seharusnya memegang kunci untuk {{sshHost}} tidak menjawab.',
    next: 'Jalankan agen itu dan tambahkan kuncinya (ssh-add) sebagai pengguna yang menjalankan Branchline. Layanan tidak punya agen: sebut berkas kunci sebagai gantinya.',
  },
  ssh_forwarding_refused: {
    sentence: 'Server SSH {{sshHost}} menerima {{sshUser}}, tetapi tidak menyambungkan ke {{place}}.',
    next: 'Izinkan di {{sshHost}}: permitopen="{{place}}" pada kunci ini di authorized_keys, dan AllowTcpForwarding di sshd_config.',
  },
  ssh_tunnel_lost: {
    sentence:
      'Sambungan SSH ke {{sshHost}} di jalur ke {{server}} terputus. Yang sudah sampai tetap tersimpan.',
    next: 'Periksa jaringan ke {{sshHost}}, lalu lanjutkan pengiriman: tabel diteruskan dari potongan terakhir.',
  },
} as const;
