/** Hal yang perlu diketahui meski tidak ada yang gagal. */
export const notices = {
  cursor_beyond:
    '{{about}}: {{rows}} baris punya nilai {{column}} di masa depan, tak hingga, atau bukan angka. Baris itu dibaca pada setiap batch dan tidak dihitung sebagai data terbaru; perbaiki di cabang.',
};
