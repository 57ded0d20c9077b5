import type { ToldIn } from './told.ts';

const HOST = '127.0.0.1';
const server = {
  source: { en: 'the branch database pgsql_lmp', id: 'basis data cabang pgsql_lmp' },
  central: { en: 'the head office database', id: 'basis data kantor pusat' },
} as const;
type Side = keyof typeof server;

/**
 * What the person is told of each fault, word for word. The tests state it, and a test holds docs/faults.md
 * against it.
 */
export const SENTENCES = {
  lost: (side: Side): ToldIn => ({
    en: {
      sentence: `The link to ${server[side].en} broke. What had arrived is kept.`,
      next: `Check the network to ${HOST}, then resume the batch: the table goes on from its last chunk.`,
    },
    id: {
      sentence: `Sambungan ke ${server[side].id} terputus. Yang sudah sampai tetap tersimpan.`,
      next: `Periksa jaringan ke ${HOST}, lalu lanjutkan pengiriman: tabel diteruskan dari potongan terakhir.`,
    },
  }),
  frozen: (side: Side): ToldIn => ({
    en: {
      sentence: `No answer came any more from ${server[side].en}. What had arrived is kept.`,
      next: `Check the network to ${HOST} and the load of the server, then resume the batch.`,
    },
    id: {
      sentence: `Tidak ada jawaban lagi dari ${server[side].id}. Yang sudah sampai tetap tersimpan.`,
      next: `Periksa jaringan ke ${HOST} dan beban server, lalu lanjutkan pengiriman.`,
    },
  }),
  noProgress: (_side: Side): ToldIn => ({
    en: {
      sentence:
        'Nothing of item of pgsql_lmp came or went for 60 s, and neither database was at work. The connections were cut; what had arrived is kept.',
      next: 'Resume the batch: the table goes on from its last chunk. If it happens again, send us the log file.',
    },
    id: {
      sentence:
        'Salinan item dari pgsql_lmp berhenti selama 60 detik: tidak ada data yang lewat, dan kedua database tidak sedang bekerja. Koneksinya diputus; yang sudah sampai tetap tersimpan.',
      next: 'Lanjutkan pengiriman: tabel diteruskan dari potongan terakhir. Jika terulang, kirimkan berkas log kepada kami.',
    },
  }),
  ended: (side: Side): ToldIn => ({
    en: {
      sentence: `The server of ${server[side].en} ended the connection: it was restarted, or an administrator or a time limit ended it.`,
      next: 'Nothing is lost: once the server is up again, resume the batch and the table goes on from its last chunk.',
    },
    id: {
      sentence: `Server ${server[side].id} mengakhiri sambungan: server dihidupkan ulang, atau diakhiri pengelola atau batas waktu.`,
      next: 'Tidak ada yang hilang: setelah server hidup lagi, lanjutkan pengiriman dan tabel diteruskan dari potongan terakhir.',
    },
  }),
  starting: (side: Side): ToldIn => ({
    en: {
      sentence: `The server of ${server[side].en} is starting up or shutting down and lets nobody in yet.`,
      next: `Wait some minutes, then resume the batch. If it goes on, let somebody look at PostgreSQL on ${HOST}:5432.`,
    },
    id: {
      sentence: `Server ${server[side].id} sedang menyala atau dimatikan dan belum bisa dimasuki.`,
      next: `Tunggu beberapa menit, lalu lanjutkan pengiriman. Jika berlanjut, minta PostgreSQL di ${HOST}:5432 diperiksa.`,
    },
  }),
  unreachable: (side: Side): ToldIn =>
    side === 'source'
      ? {
          en: {
            sentence: 'The branch database pgsql_lmp does not answer, so nothing could be read from it.',
            next: `Check that its server is switched on and PostgreSQL is running (${HOST}:5432), then sync again.`,
          },
          id: {
            sentence: 'Basis data cabang pgsql_lmp tidak menjawab, jadi tidak ada yang bisa dibaca darinya.',
            next: `Pastikan servernya menyala dan PostgreSQL berjalan (${HOST}:5432), lalu sinkronkan lagi.`,
          },
        }
      : {
          en: {
            sentence: 'The head office database does not answer, so nothing could be sent to it.',
            next: `Check the internet link or VPN to ${HOST}:5432. Branchline goes on where it stopped once it answers.`,
          },
          id: {
            sentence: 'Basis data kantor pusat tidak menjawab, jadi tidak ada yang bisa dikirim.',
            next: `Periksa internet atau VPN ke ${HOST}:5432. Branchline melanjutkan dari titik terakhir begitu tersambung.`,
          },
        },
  noConnectionFree: (side: Side): ToldIn => ({
    en: {
      sentence: `No connection is free at ${server[side].en}: too many programs are connected.`,
      next: 'Resume the batch later. If it happens often, lower sync.parallelTables, or ask for a higher connection limit.',
    },
    id: {
      sentence: `Tidak ada koneksi kosong di ${server[side].id}: terlalu banyak program tersambung.`,
      next: 'Lanjutkan pengiriman nanti. Jika sering terjadi, kecilkan sync.parallelTables, atau minta batas koneksi dinaikkan.',
    },
  }),
  contention: (side: Side): ToldIn => ({
    en: {
      sentence: `Another program is working on the same table in ${server[side].en}, and Branchline had to give way.`,
      next: 'Resume the batch when the other program is done. An administrator sees in pg_locks who holds the table.',
    },
    id: {
      sentence: `Program lain sedang mengerjakan tabel yang sama di ${server[side].id}, dan Branchline harus mengalah.`,
      next: 'Lanjutkan pengiriman setelah program itu selesai. Pengelola bisa melihat pemegang tabel di pg_locks.',
    },
  }),
  standby: (): ToldIn => ({
    en: {
      sentence:
        'The branch server is a copy (standby) and cancelled the reading to catch up with its original.',
      next: 'Resume the batch. If it happens often, set hot_standby_feedback = on at the branch.',
    },
    id: {
      sentence:
        'Server cabang adalah salinan (standby) dan membatalkan pembacaan untuk mengejar server aslinya.',
      next: 'Lanjutkan pengiriman. Jika sering terjadi, atur hot_standby_feedback = on di cabang.',
    },
  }),
  diskFull: (side: Side): ToldIn =>
    side === 'source'
      ? {
          en: {
            sentence: 'The disk of the branch server is full, so pgsql_lmp could not be read.',
            next: `Make room on ${HOST} at once: the ERP needs it too. Then resume the batch; nothing is lost.`,
          },
          id: {
            sentence: 'Disk server cabang penuh, jadi pgsql_lmp tidak bisa dibaca.',
            next: `Segera kosongkan ruang di ${HOST}: ERP juga memerlukannya. Lalu lanjutkan pengiriman; tidak ada yang hilang.`,
          },
        }
      : {
          en: {
            sentence: 'The disk of the head office database is full.',
            next: 'Tell head office at once. Resume the batch when there is room again; nothing is lost.',
          },
          id: {
            sentence: 'Disk basis data kantor pusat penuh.',
            next: 'Segera beri tahu kantor pusat. Lanjutkan pengiriman setelah ada ruang; tidak ada yang hilang.',
          },
        },
  overloaded: (side: Side): ToldIn => ({
    en: {
      sentence: `The server of ${server[side].en} has run out of memory or another resource.`,
      next: `Resume the batch later. If it happens again, let somebody look at the load of ${HOST}.`,
    },
    id: {
      sentence: `Server ${server[side].id} kehabisan memori atau sumber daya lain.`,
      next: `Lanjutkan pengiriman nanti. Jika terulang, minta beban ${HOST} diperiksa.`,
    },
  }),
  readOnly: (): ToldIn => ({
    en: {
      sentence: 'The head office database accepts no changes at the moment (read-only).',
      next: 'Ask head office whether it is under maintenance or a standby, then resume the batch.',
    },
    id: {
      sentence: 'Basis data kantor pusat sedang tidak menerima perubahan (hanya baca).',
      next: 'Tanyakan ke kantor pusat apakah sedang dirawat atau merupakan standby, lalu lanjutkan pengiriman.',
    },
  }),
} as const;
