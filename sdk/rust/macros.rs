// SPDX-License-Identifier: Apache-2.0
/// Defines the one exported symbol and the ABI note. Name and version come from the manifest, by `rapt_add_module`.
#[macro_export]
macro_rules! module {
    ($module:ty) => {
        #[used]
        #[link_section = ".note.rapt"]
        static RAPT_NOTE: $crate::sys::AbiNote = $crate::sys::NOTE;

        #[no_mangle]
        #[allow(non_upper_case_globals)]
        pub static rapt_module_entry: $crate::sys::Entry = $crate::sys::Entry {
            struct_size: std::mem::size_of::<$crate::sys::Entry>() as u32,
            abi_major: $crate::sys::ABI_MAJOR,
            abi_minor: $crate::sys::ABI_MINOR,
            reserved: 0,
            name: concat!(env!("RAPT_MODULE_NAME"), "\0").as_ptr() as *const std::os::raw::c_char,
            version: concat!(env!("RAPT_MODULE_VERSION"), "\0").as_ptr() as *const std::os::raw::c_char,
            init: $crate::glue::init::<$module>,
            shutdown: $crate::glue::shutdown::<$module>,
            get_extension: $crate::glue::get_extension::<$module>,
        };
    };
}
