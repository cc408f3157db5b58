//! Words that whoever guesses the passwords of our users would try first, and that no English list has.

/// In lower case and without spaces; roughly by how often they are chosen, because the rater counts the place in the
/// list as the number of guesses. Years need no list: the rater knows them.
pub(super) const LOCAL_WORDS: &[&str] = &[
    // What this is, and who uses it.
    "latchkey", "latch", "sponsor", "sponsors", "maid", "maids", "housemaid", "household", "domestic", "worker",
    "khadama", "shaghala", "kafala", "kafeel", "serategna", "serat", "madam", "mister", "administrator", "account",
    // Words for "password" and what takes its place.
    "yeyilefkal", "yilefkal", "yemisterkal", "mistirkal", "mister", "mistir", "kalimatsir", "kalimatalsir",
    "kalimatassir", "kelmetelser", "kalimatmurur", "alsirr", "jechaicha", "ichchaa", "furtuu",
    // Where people are.
    "ethiopia", "ethiopian", "itiopia", "ityopia", "habesha", "abesha", "abyssinia", "saudi", "saudia", "saudiarabia",
    "arabia", "emirates", "imarat", "kuwait", "alkuwait", "qatar", "bahrain", "oman", "lebanon", "lubnan", "libnan",
    "jordan", "alurdun", "urdun", "khaleej", "alkhaleej",
    "addisababa", "addisabeba", "addis", "ababa", "abeba", "sheger", "finfinne", "riyadh", "alriyadh", "dubai",
    "abudhabi", "dhabi", "doha", "aldoha", "manama", "muscat", "masqat", "beirut", "bayrut", "amman", "kuwaitcity",
    "jeddah", "jiddah", "jedda", "mecca", "makkah", "medina", "madinah", "almadinah", "dammam", "khobar", "alkhobar",
    "jubail", "taif", "tabuk", "abha", "buraidah", "hail", "najran", "jizan", "jazan", "hofuf", "sharjah", "ajman",
    "alain", "fujairah", "rasalkhaimah", "hawally", "hawalli", "salmiya", "jahra", "farwaniya", "ahmadi", "fahaheel",
    "rayyan", "wakrah", "lusail", "muharraq", "riffa", "salalah", "sohar", "nizwa", "seeb", "tripoli", "saida", "sidon",
    "zahle", "jounieh", "zarqa", "irbid", "aqaba",
    "diredawa", "mekelle", "mekele", "gondar", "gonder", "bahirdar", "bahrdar", "hawassa", "awassa", "adama",
    "nazret", "nazreth", "jimma", "dessie", "desse", "harar", "harer", "jijiga", "arbaminch", "shashemene",
    "shashamane", "debrezeit", "bishoftu", "debremarkos", "debrebirhan", "kombolcha", "sodo", "hosaena", "nekemte",
    "asella", "axum", "aksum", "lalibela", "merkato", "bole", "piassa", "asmara", "khartoum", "nairobi", "mogadishu",
    // What they speak and where they come from.
    "amharic", "amarigna", "amara", "amhara", "oromo", "oromia", "oromiffa", "afaanoromo", "tigrinya", "tigrigna",
    "tigray", "somali", "sidama", "wolaita", "welayta", "gurage", "afar", "arabic", "alarabiya", "english", "geez",
    // Names.
    "abebe", "bekele", "tesfaye", "kebede", "haile", "girma", "tadesse", "alemu", "mulugeta", "getachew", "solomon",
    "dawit", "daniel", "yonas", "yohannes", "mesfin", "berhanu", "birhanu", "hailu", "assefa", "asefa", "worku",
    "tilahun", "wondimu", "desta", "negash", "lemma", "teshome", "fikru", "fikre", "eyob", "samuel", "natnael",
    "biniam", "henok", "ermias", "elias", "kidane", "gebre", "tekle", "wolde", "gebremariam", "hailemariam", "demissie",
    "ayele", "shiferaw", "tsegaye", "zerihun", "mekonnen", "mekonen", "dereje", "abera", "taye", "tolosa", "gemechu",
    "chala", "tola", "bikila", "lema", "nega", "yared", "surafel", "robel", "amanuel", "abraham", "ephrem",
    "hana", "hanna", "tigist", "selam", "meseret", "almaz", "hirut", "marta", "martha", "bethlehem", "betelhem",
    "helen", "rahel", "ruth", "eden", "eyerusalem", "yerusalem", "yeshi", "genet", "zewditu", "aster", "birtukan",
    "fikirte", "tsehay", "senait", "lemlem", "mekdes", "kidist", "meron", "hiwot", "saba", "makeda", "azeb", "frehiwot",
    "liya", "bezawit", "tsion", "emebet", "mahlet", "feven", "sosina", "nigist", "mulu", "workinesh", "zenebech",
    "etenesh", "chaltu", "ayantu", "lelise", "bontu", "hawi", "zeyneba", "semira", "hayat",
    "mohammed", "mohamed", "muhammad", "mohammad", "ahmed", "ahmad", "omar", "hassan", "hussein", "hussain", "khalid",
    "khaled", "abdullah", "abdallah", "abdul", "abdulrahman", "abdulaziz", "fahad", "faisal", "saud", "sultan", "nasser",
    "ibrahim", "yousef", "yusuf", "youssef", "mahmoud", "mustafa", "salem", "saeed", "hamad", "hamdan", "rashid",
    "salman", "turki", "bandar", "majid", "jassim", "fatima", "fatma", "fatuma", "aisha", "aysha", "maryam", "mariam",
    "khadija", "zainab", "zeinab", "noura", "nora", "sara", "sarah", "layla", "leila", "amina", "aminah", "huda",
    "salma", "hala", "reem", "mona", "noor", "nour", "jamila", "latifa", "moza", "hessa", "sheikha", "rania",
    // What they say.
    "habibi", "habibti", "inshallah", "inshaallah", "mashallah", "alhamdulillah", "alhamdulilah", "bismillah",
    "subhanallah", "allahuakbar", "allah", "wallah", "yallah", "hayati", "albi", "islam", "muslim", "quran",
    "egziabher", "egziabiher", "egziyabher", "amlak", "fetari", "eyesus", "kidanemihret", "kidanemhret", "medhanialem",
    "dingel", "emebrhan", "tewahedo", "orthodox", "geta", "amen", "amesegenalehu", "ameseginalehu", "ewedihalew",
    "ewedishalew", "ewodihalehu", "fikir", "fiker", "konjo", "yene", "hiwote", "hiwoten", "enat", "enate", "emaye",
    "abat", "abaye", "lije", "ehite", "wendime", "selamta", "jaalala", "galatoomi", "waaqa", "haadha",
    // What they use.
    "ethiotelecom", "telebirr", "safaricom", "cbebirr", "awash", "dashen", "etisalat", "ooredoo", "mobily", "zain",
    "omantel", "batelco", "alfa", "touch", "whatsapp", "facebook", "tiktok", "telegram", "instagram", "youtube",
    "snapchat", "samsung", "huawei", "tecno", "infinix", "itel", "iphone", "walia", "buna", "injera",
    // Months: Ethiopian, Muslim, of the Levant, and the ones everybody knows.
    "meskerem", "tikimt", "hidar", "tahsas", "yekatit", "megabit", "miyazya", "ginbot", "sene", "hamle", "nehase",
    "pagume", "enkutatash", "meskel", "timket", "genna", "fasika", "ramadan", "ramadhan", "shawwal", "dhulhijja",
    "muharram", "safar", "rabi", "jumada", "rajab", "shaban", "eidmubarak", "january", "february", "march", "april",
    "june", "july", "august", "september", "october", "november", "december", "kanun", "shubat", "adhar", "nisan",
    "ayyar", "haziran", "tammuz", "aylul", "tishrin",
    // The same in their own scripts.
    "ኢትዮጵያ", "አዲስአበባ", "አዲስ አበባ", "አዲስ", "አበባ", "ሰላም", "እግዚአብሔር", "ማርያም", "አበበ", "ተስፋዬ", "በቀለ", "ሐና", "ሀና",
    "ትዕግስት", "ፍቅር", "እናት", "የይለፍቃል", "የይለፍ ቃል", "محمد", "احمد", "أحمد", "عبدالله", "خالد", "فاطمة", "مريم", "عائشة",
    "السعودية", "الرياض", "جدة", "دبي", "ابوظبي", "الامارات", "الكويت", "قطر", "الدوحة", "البحرين", "عمان", "لبنان",
    "بيروت", "الاردن", "الأردن", "اثيوبيا", "حبيبي", "الحمدلله", "بسم الله", "الله", "كلمة السر", "كلمةالسر",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_written_as_the_rater_looks_it_up() {
        for word in LOCAL_WORDS {
            assert_eq!(*word, word.to_lowercase(), "{word}");
            assert_eq!(*word, word.trim(), "{word}");
            assert!(word.chars().count() >= 2, "{word}");
        }
    }
}
