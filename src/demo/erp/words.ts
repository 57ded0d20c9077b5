/** Words for the generated ERP. People, firms and prices are invented. */

export const GIVEN_NAMES = words(`
  Agus, Ahmad, Ayu, Bambang, Budi, Citra, Dewi, Dian, Eko, Endang, Fitri, Galih, Hendra, Indah, Joko,
  Kartika, Lestari, Made, Maya, Nur, Nyoman, Putri, Ratna, Rini, Rizky, Sari, Slamet, Sri, Teguh, Tri,
  Wahyu, Wayan, Yanti, Yusuf
`);

export const FAMILY_NAMES = words(`
  Gunawan, Halim, Handayani, Hartono, Hidayat, Kurniawan, Lubis, Maharani, Nasution, Nugroho, Permata,
  Pratama, Purnomo, Rahayu, Saputra, Setiawan, Siregar, Situmorang, Sutrisno, Suryani, Susanto, Utami,
  Wibowo, Wijaya, Wulandari, Yudhistira
`);

export const FIRM_FORMS = words(`
  PT, CV, UD, Toko, Koperasi, Warung
`);

export const FIRM_NAMES = words(`
  Maju Jaya, Sumber Rejeki, Berkah Abadi, Sinar Harapan, Karya Mandiri, Mitra Sejahtera, Cahaya Timur,
  Anugerah Bersama, Bumi Ruwa Jurai, Tani Makmur, Rezeki Lancar, Sentosa Raya, Lautan Biru, Siger Mas,
  Putra Lampung, Harapan Kita, Indah Lestari, Gajah Way Kambas
`);

/** The list of provinces below is in the same order. */
export const CITIES = words(`
  Bandar Lampung, Metro, Kotabumi, Pringsewu, Kalianda, Liwa, Menggala, Palembang, Bengkulu, Jakarta
  Pusat, Tangerang, Bekasi, Bandung, Semarang, Yogyakarta, Surabaya
`);

export const PROVINCES = words(`
  Lampung, Lampung, Lampung, Lampung, Lampung, Lampung, Lampung, Sumatera Selatan, Bengkulu, DKI Jakarta,
  Banten, Jawa Barat, Jawa Barat, Jawa Tengah, DI Yogyakarta, Jawa Timur
`);

export const STREETS = words(`
  Jl. Raden Intan, Jl. Teuku Umar, Jl. Jenderal Sudirman, Jl. Diponegoro, Jl. Ahmad Yani, Jl. Pangeran
  Antasari, Jl. Zainal Abidin Pagar Alam, Jl. Soekarno-Hatta, Gg. Melati, Jl. Imam Bonjol
`);

export const CATEGORIES = words(`
  Kopi, Beras, Gula, Minyak Goreng, Tepung, Mi Instan, Teh, Susu, Bumbu Dapur, Sabun, Keripik, Air Minum,
  Rokok, Alat Tulis
`);

export const BRANDS = words(`
  Cap Gajah, Siger, Way Kanan, Nusantara, Pelangi, Raja Rasa, Ibu Tani, Bukit Barisan, Samudra, Kencana,
  Bintang Tiga, Mutiara
`);

export const PACKS = words(`
  100 g, 250 g, 500 g, 1 kg, 5 kg, 25 kg, 200 ml, 600 ml, 1 L, 2 L, isi 10, isi 40, lusin
`);

export const REMARKS = [
  'Kirim sebelum pukul 10',
  'Titip di satpam',
  'Bayar di tempat',
  'Barang titipan — jangan dibuka',
  'Retur sebagian',
  'Harga khusus "pelanggan lama"',
  "Lebaran: libur 2 Syawal, Jum'at",
  'Kemasan diganti\nlihat nota',
  'Diskon 5 %\tsetuju pusat',
];

function words(list: string): readonly string[] {
  return list.split(',').map((word) => word.trim().replace(/\s+/g, ' '));
}
