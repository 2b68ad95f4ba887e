//! Waits for the file of a part. In place of what `wasm_split_helpers` brings for that: the script remembers what it has
//! loaded (`scripts/site/loader.mjs`), so asking again is free, and the page is 2 KB smaller. Names and shapes are those
//! that the macro `wasm_split` writes.

pub use teahouse::ui::parts::NotLoaded as SplitLoaderError;

pub mod rt {
    //! What the macro calls.

    use std::cell::{Cell, RefCell};
    use std::ffi::c_void;
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::rc::Rc;
    use std::task::{Poll, Waker};

    use super::SplitLoaderError;

    /// Called by the script when it is done, with what it was given, and whether the part is there.
    pub type LoadCallbackFn = unsafe extern "C" fn(*const c_void, bool);
    /// Asks the script for a part.
    pub type LoadFn = unsafe extern "C" fn(LoadCallbackFn, *const c_void);

    /// A part that can be asked for.
    pub struct LazySplitLoader(LoadFn);

    #[derive(Default)]
    struct Answer {
        is_loaded: Cell<Option<bool>>,
        waker: RefCell<Option<Waker>>,
    }

    impl LazySplitLoader {
        /// # Safety
        /// The function must call back exactly once, with the pointer that it was given.
        pub const unsafe fn new(load: LoadFn) -> Self {
            Self(load)
        }
    }

    /// Ends when the part is there, or did not come.
    pub async fn ensure_loaded(loader: Pin<&LazySplitLoader>) -> Result<(), SplitLoaderError> {
        let answer = Rc::<Answer>::default();
        // SAFETY: `answered` takes the pointer back, once.
        unsafe { (loader.0)(answered, Rc::into_raw(Rc::clone(&answer)).cast()) };
        poll_fn(move |context| match answer.is_loaded.get() {
            Some(true) => Poll::Ready(Ok(())),
            Some(false) => Poll::Ready(Err(SplitLoaderError)),
            None => {
                answer.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }

    unsafe extern "C" fn answered(answer: *const c_void, is_loaded: bool) {
        // SAFETY: it is the pointer that `ensure_loaded` gave away, and the script calls back once.
        let answer = unsafe { Rc::from_raw(answer.cast::<Answer>()) };
        answer.is_loaded.set(Some(is_loaded));
        if let Some(waker) = answer.waker.take() {
            waker.wake();
        }
    }
}
