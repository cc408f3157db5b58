//! demo_inbox
