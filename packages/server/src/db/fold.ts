/**
 * Folds case for comparisons, in JavaScript, so that SQLite (which folds ASCII alone) and PostgreSQL (which folds by its locale) agree.
 * Lower, then upper: 'ẞ', 'ß' and 'SS' meet, so do 'Σ', 'σ' and 'ς'. Folding a part gives a part of the folded whole, so that
 * substrings are found. Accents and composed forms are not touched.
 */
export function fold(text: string): string {
  return text.toLowerCase().toUpperCase()
}
